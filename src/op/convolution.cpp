// Convolution, and the two ops that its gradients are written with. The three close under differentiation:
// each one's gradients are the other two.
//
//   conv            y  = Σ x·w    over channels and window      (forward)
//   conv_transpose  dx = Σ dy·w   over filters and window       (to the input)
//   conv_filter     dw = Σ x·dy   over batch and positions      (to the filter)
#include "op/convolution.h"

#include "op/wider.h"
#include "op/window.h"
#include "op/writing.h"
#include "tenon/ops/contractions.h"

namespace tenon {

namespace {
Attrs attrs_of(const ConvOptions& options) {
  return {{"strides", options.strides},
          {"dilations", options.dilations},
          {"pads_low", options.pads_low},
          {"pads_high", options.pads_high},
          {"groups", options.groups}};
}

Attrs with_spatial_shape(Attrs attrs, const Ints& spatial) {
  Ints shape = {-1, -1};
  shape.insert(shape.end(), spatial.begin(), spatial.end());
  attrs.set("shape", std::move(shape));
  return attrs;
}
}  // namespace

Value conv(Value x, Value w, const ConvOptions& options) {
  return write(Op::conv, {x, w}, with_result(attrs_of(options), options.result));
}

Value conv_transpose(Value dy, Value w, const ConvOptions& options, const Ints& output) {
  const Attrs attrs = attrs_of(options);
  return write(Op::conv_transpose, {dy, w}, output.empty() ? attrs : with_spatial_shape(attrs, output));
}
Value conv_transpose_like(Value dy, Value w, Value like, const ConvOptions& options) {
  return write(Op::conv_transpose, {dy, w, like}, attrs_of(options));
}

Value conv_filter(Value x, Value dy, const Ints& kernel, const ConvOptions& options) {
  return write(Op::conv_filter, {x, dy}, with_spatial_shape(attrs_of(options), kernel));
}
Value conv_filter_like(Value x, Value dy, Value like, const ConvOptions& options) {
  return write(Op::conv_filter, {x, dy, like}, attrs_of(options));
}

namespace {
// Type rules.

constexpr std::size_t kChannels = 1;

void check_dtypes(const TypeContext& context) {
  const DType first = context.inputs[0].dtype;
  context.require(first == context.inputs[1].dtype && first != DType::boolean,
                  "the first two inputs must have one numeric element type; there is no implicit promotion");
}

void check_ranks(const TypeContext& context) {
  const Type& first = context.inputs[0];
  for (const Type& type : context.inputs)
    context.require(!first.ranked || !type.ranked || (type.rank() >= 3 && type.rank() == first.rank()),
                    "the inputs must have one rank: two axes and the spatial ones");
}

void check_inputs(const TypeContext& context) {
  check_dtypes(context);
  check_ranks(context);
}

std::int64_t groups_of(const TypeContext& context) {
  const std::int64_t groups = context.attrs.integer("groups");
  context.require(groups >= 1, "there must be at least one group, not ", groups);
  return groups;
}

// Dimensions that are said twice must agree; the known one counts.
Dim agreed(const TypeContext& context, std::string_view what, Dim a, Dim b) {
  context.require(!a.is_constant() || !b.is_constant() || a == b, what, " is ", a, " and ", b);
  return a.is_constant() || b.is_unknown() ? a : b;
}

Dim times(const TypeContext& context, Dim dim, std::int64_t factor) {
  if (factor == 1) return dim;
  return dim.is_constant() ? Dim(checked_multiply(context, dim.constant(), factor)) : Dim::unknown();
}

Dim divided(const TypeContext& context, std::string_view what, Dim dim, std::int64_t divisor) {
  if (divisor == 1) return dim;
  if (!dim.is_constant()) return Dim::unknown();
  context.require(dim.constant() % divisor == 0, dim, " ", what, " do not divide into ", divisor, " groups");
  return dim.constant() / divisor;
}

// The window over an axis whose kernel size may be open; such an entry stands as 1 and is not to be used.
Window checked_window(const TypeContext& context, const std::vector<Dim>& kernel) {
  Ints sizes;
  for (const Dim dim : kernel) sizes.push_back(dim.is_constant() ? dim.constant() : 1);
  Window window = window_of(context.attrs, sizes);
  check_window(context, window);
  return window;
}

Dim output_dim(const TypeContext& context, const Window& window, std::size_t axis, Dim size, Dim kernel) {
  if (!size.is_constant() || !kernel.is_constant()) return Dim::unknown();
  return window_count(context, window, axis, size.constant());
}

// x [N, C, S…], w [K, C/groups, k…], y [N, K, O…]: fails where the three are no convolution.
void check_convolution(const TypeContext& context, const Type& x, const Type& w, const Type& y) {
  const std::int64_t groups = groups_of(context);
  agreed(context, "the batch", x.dims[0], y.dims[0]);
  agreed(context, "the number of filters", w.dims[0], y.dims[kChannels]);
  divided(context, "filters", w.dims[0], groups);
  agreed(context, "the number of channels", x.dims[kChannels], times(context, w.dims[kChannels], groups));
  const std::vector<Dim> kernel = spatial_dims(w);
  const Window window = checked_window(context, kernel);
  for (std::size_t axis = 0; axis < kernel.size(); ++axis)
    agreed(context, cat("the number of windows along spatial axis ", axis),
           output_dim(context, window, axis, x.dims[axis + 2], kernel[axis]), y.dims[axis + 2]);
}

std::vector<Type> conv_type(const TypeContext& context) {
  const std::optional<DType> wider = wider_result(context);
  if (!wider) check_dtypes(context);
  check_ranks(context);
  const Type& x = context.inputs[0];
  const Type& w = context.inputs[1];
  const DType dtype = wider.value_or(x.dtype);
  if (!x.ranked || !w.ranked) return {Type::unranked(dtype)};
  Type y{dtype, {x.dims[0], w.dims[0]}};
  const std::vector<Dim> kernel = spatial_dims(w);
  const Window window = checked_window(context, kernel);
  for (std::size_t axis = 0; axis < kernel.size(); ++axis)
    y.dims.push_back(output_dim(context, window, axis, x.dims[axis + 2], kernel[axis]));
  check_convolution(context, x, w, y);
  return {y};
}

// What the attribute `shape` (-1: open) or the third input says of the result.
std::optional<Type> alike(const TypeContext& context) {
  const AttrValue* attr = context.attrs.find("shape");
  context.require(!attr || !has_shape_input(context),
                  "the shape is given by the attribute 'shape' and by an input");
  Type type = attr ? Type{context.inputs[0].dtype, {}} : Type::unranked(context.inputs[0].dtype);
  if (has_shape_input(context)) type = context.inputs[2];
  if (attr)
    for (const std::int64_t dim : std::get<Ints>(*attr)) {
      context.require(dim >= -1, "dimension ", dim, " in shape ", std::get<Ints>(*attr), " is negative");
      type.dims.push_back(dim < 0 ? Dim::unknown() : Dim(dim));
    }
  context.require(!attr || !context.inputs[0].ranked || type.rank() == context.inputs[0].rank(),
                  "the attribute 'shape' must have ", context.inputs[0].rank(), " entries");
  if (!type.ranked) return std::nullopt;
  return type;
}

// The smallest input that gives so many windows.
Dim covered(const TypeContext& context, const Window& window, std::size_t axis, Dim windows, Dim kernel) {
  if (!windows.is_constant() || !kernel.is_constant()) return Dim::unknown();
  const std::int64_t count = windows.constant();
  const std::int64_t pads = window.pads_low[axis] + window.pads_high[axis];
  const std::int64_t strided = count == 0 ? 0 : checked_multiply(context, count - 1, window.strides[axis]);
  const std::int64_t size = checked_add(context, strided, window.reach(axis)) - pads;
  context.require(size >= 0, "the padding along spatial axis ", axis,
                  " is larger than what the windows cover");
  return size;
}

std::vector<Type> conv_transpose_type(const TypeContext& context) {
  check_inputs(context);
  const Type& dy = context.inputs[0];
  const Type& w = context.inputs[1];
  const std::optional<Type> like = alike(context);
  if (!dy.ranked || !w.ranked) return {like ? Type{dy.dtype, like->dims} : Type::unranked(dy.dtype)};
  const std::vector<Dim> kernel = spatial_dims(w);
  const Window window = checked_window(context, kernel);
  Type x{dy.dtype, {dy.dims[0], times(context, w.dims[kChannels], groups_of(context))}};
  for (std::size_t axis = 0; axis < kernel.size(); ++axis) {
    const Dim given = like ? like->dims[axis + 2] : Dim::unknown();
    const bool open = !like || (given.is_unknown() && !has_shape_input(context));
    x.dims.push_back(open ? covered(context, window, axis, dy.dims[axis + 2], kernel[axis]) : given);
  }
  if (like)
    for (std::size_t axis = 0; axis < 2; ++axis)
      x.dims[axis] = agreed(context, "a dimension of the result", x.dims[axis], like->dims[axis]);
  check_convolution(context, x, w, dy);
  return {x};
}

std::vector<Type> conv_filter_type(const TypeContext& context) {
  check_inputs(context);
  const Type& x = context.inputs[0];
  const Type& dy = context.inputs[1];
  const std::optional<Type> like = alike(context);
  context.require(like || has_shape_input(context),
                  "the kernel's size must be given: by the attribute 'shape' or by a filter as third input");
  if (!like) return {Type::unranked(x.dtype)};
  Type w{x.dtype, like->dims};
  if (!x.ranked || !dy.ranked) return {w};
  w.dims[0] = agreed(context, "the number of filters", dy.dims[kChannels], w.dims[0]);
  w.dims[1] = agreed(context, "the number of channels of a filter",
                     divided(context, "channels", x.dims[kChannels], groups_of(context)), w.dims[1]);
  check_convolution(context, x, w, dy);
  return {w};
}

template <ConvolutionRole role>
std::vector<Tensor> kernel_of(const KernelContext& context) {
  return run_convolution(context, role);
}

// Gradients.

ConvOptions options_of(const Attrs& attrs) {
  return {attrs.ints("strides"), attrs.ints("dilations"), attrs.ints("pads_low"), attrs.ints("pads_high"),
          attrs.integer("groups")};
}

std::vector<Value> conv_gradient(const GradContext& g) {
  const ConvOptions options = options_of(g.node.attrs);
  const Value x = widened(g, 0);
  const Value w = widened(g, 1);
  return {narrowed(g, 0, conv_transpose_like(g.grads[0], w, x, options)),
          narrowed(g, 1, conv_filter_like(x, g.grads[0], w, options))};
}

std::vector<Value> conv_transpose_gradient(const GradContext& g) {
  const ConvOptions options = options_of(g.node.attrs);
  const Value dy = g.inputs[0];
  const Value w = g.inputs[1];
  std::vector<Value> grads = {conv(g.grads[0], w, options), conv_filter_like(g.grads[0], dy, w, options)};
  grads.resize(g.inputs.size());
  return grads;
}

std::vector<Value> conv_filter_gradient(const GradContext& g) {
  const ConvOptions options = options_of(g.node.attrs);
  const Value x = g.inputs[0];
  const Value dy = g.inputs[1];
  std::vector<Value> grads = {conv_transpose_like(dy, g.grads[0], x, options), conv(x, g.grads[0], options)};
  grads.resize(g.inputs.size());
  return grads;
}

OpDef convolution_row(std::string documentation, int max_inputs) {
  OpDef def;
  def.family = "contraction";
  def.documentation = std::move(documentation);
  def.min_inputs = 2;
  def.max_inputs = max_inputs;
  def.attrs = window_attrs();
  def.attrs.push_back({"groups", AttrKind::integer, std::int64_t{1}});
  if (max_inputs == 2) return def;
  def.shape_input = 2;
  def.attrs.push_back(shape_attr());
  return def;
}
}  // namespace

void define_convolution(OpTable& table) {
  OpDef def = convolution_row(
      "The cross-correlation of images x [N, C, S…] with filters w [K, C/groups, k…]; strides and dilations "
      "are 1 and pads 0 where empty. Where `result` is given, bf16 or f16 are summed into f32, u8 and i8 "
      "into i32.",
      2);
  def.attrs.push_back(result_attr());
  def.infer = conv_type;
  def.kernel = kernel_of<ConvolutionRole::results>;
  def.gradient = conv_gradient;
  table.define(Op::conv, def);

  def = convolution_row(
      "The transpose of conv in its images: spreads dy [N, K, O…] through the filters w. Of the sizes that "
      "conv "
      "takes to O… the result has those that `shape` (-1: the smallest) or a third input says.",
      3);
  def.infer = conv_transpose_type;
  def.kernel = kernel_of<ConvolutionRole::images>;
  def.gradient = conv_transpose_gradient;
  table.define(Op::conv_transpose, def);

  def = convolution_row(
      "The transpose of conv in its filters: correlates images x with dy [N, K, O…]; the kernel has the size "
      "that `shape` or a third input says.",
      3);
  def.infer = conv_filter_type;
  def.kernel = kernel_of<ConvolutionRole::filters>;
  def.gradient = conv_filter_gradient;
  table.define(Op::conv_filter, def);
}

}  // namespace tenon
