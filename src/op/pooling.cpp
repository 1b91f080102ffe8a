#include "tenon/ops/pooling.h"

#include <limits>

#include "ir/types.h"
#include "op/pooling.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
Attrs attrs_of(const PoolOptions& options, bool average) {
  Attrs attrs{{"kernel", options.kernel},
              {"strides", options.strides.empty() ? options.kernel : options.strides},
              {"dilations", options.dilations},
              {"pads_low", options.pads_low},
              {"pads_high", options.pads_high},
              {"ceil", options.ceil}};
  if (average) attrs.set("count_pad", options.count_pad);
  return attrs;
}

// As a node has them: its strides are 1 where they are empty.
PoolOptions options_of(const Attrs& attrs) {
  const AttrValue* count_pad = attrs.find("count_pad");
  const Window window = window_of(attrs, attrs.ints("kernel"));
  return {window.kernel,
          window.strides,
          window.dilations,
          window.pads_low,
          window.pads_high,
          attrs.flag("ceil"),
          count_pad && std::get<bool>(*count_pad)};
}
}  // namespace

Pooled max_pool(Value x, const PoolOptions& options) {
  const auto results = write_all(Op::max_pool, {x}, attrs_of(options, false));
  return {results[0], results[1]};
}
Value avg_pool(Value x, const PoolOptions& options) {
  return write(Op::avg_pool, {x}, attrs_of(options, true));
}
Value max_unpool(Value dy, Value window, Value like, const PoolOptions& options) {
  return write(Op::max_unpool, {dy, window, like}, attrs_of(options, false));
}
Value avg_unpool(Value dy, Value like, const PoolOptions& options) {
  return write(Op::avg_unpool, {dy, like}, attrs_of(options, true));
}

namespace {
// Type rules.

Type pooled(const TypeContext& context, const Type& x) {
  const Window window = pool_window(context.attrs);
  check_window(context, window);
  context.require(window.rank() >= 1, "the kernel must have an entry for each spatial axis");
  if (!x.ranked) return x;
  context.require(x.dims.size() == window.rank() + 2, "kernel ", window.kernel, " is for images of rank ",
                  window.rank() + 2);
  Type y = x;
  for (std::size_t axis = 0; axis < window.rank(); ++axis) {
    const Dim size = x.dims[axis + 2];
    y.dims[axis + 2] =
        size.is_constant() ? Dim(window_count(context, window, axis, size.constant())) : Dim::unknown();
  }
  return y;
}

DType place_dtype(const TypeContext& context) {
  constexpr std::int64_t kBytePlaces = 256;
  std::int64_t places = 1;
  for (const std::int64_t size : context.attrs.ints("kernel"))
    places = checked_multiply(context, places, size);
  context.require(places <= std::numeric_limits<std::int32_t>::max(), "a window of ", places,
                  " places is too large");
  return places <= kBytePlaces ? DType::u8 : DType::i32;
}

std::vector<Type> max_pool_type(const TypeContext& context) {
  context.require(context.inputs[0].dtype != DType::boolean, "booleans have no order");
  const Type values = pooled(context, context.inputs[0]);
  Type window = values;
  window.dtype = place_dtype(context);
  return {values, window};
}

std::vector<Type> avg_pool_type(const TypeContext& context) {
  require_float(context);
  return {pooled(context, context.inputs[0])};
}

// The type of the image, from the attribute `shape` or the last input; `dy` must be what pooling makes of it.
Type unpooled(const TypeContext& context) {
  const Type& dy = context.inputs[0];
  Type image{dy.dtype, {}};
  if (has_shape_input(context)) {
    context.require(!context.attrs.find("shape"),
                    "the shape is given by the attribute 'shape' and by an input");
    image.dims = context.inputs.back().dims;
    image.ranked = context.inputs.back().ranked;
  } else {
    image.dims = attr_dims(context);
  }
  const Type wanted = pooled(context, image);
  context.require(compatible(dy, wanted), "pooling an image of ", image, " gives ", wanted, ", not ", dy);
  return image;
}

std::vector<Type> max_unpool_type(const TypeContext& context) {
  context.require(context.inputs[0].dtype != DType::boolean, "booleans have no sum");
  Type window = context.inputs[0];
  window.dtype = place_dtype(context);
  context.require(compatible(window, context.inputs[1]), "the places must be ", window);
  return {unpooled(context)};
}

std::vector<Type> avg_unpool_type(const TypeContext& context) {
  require_float(context);
  return {unpooled(context)};
}

// Gradients.

std::vector<Value> max_pool_gradient(const GradContext& g) {
  if (!g.grads[0].defined()) return {{}};
  return {max_unpool(g.grads[0], g.results[1], g.inputs[0], options_of(g.node.attrs))};
}

// The offset in its plane of what each window's place names: the arithmetic of Taps, written as ops.
Value plane_offsets(Value window, Value image, const Window& geometry) {
  Value left = cast(window, DType::i64);  // digits still to be taken off, the last axis first
  Value offsets = mul(left, 0);
  Value stride = scalar_like(1, left);
  for (std::size_t axis = geometry.rank(); axis-- > 0;) {
    const auto size = static_cast<double>(geometry.kernel[axis]);
    const auto spatial = static_cast<std::int64_t>(axis) + 2;
    const Value position = mul(iota(shape_of(window), spatial), static_cast<double>(geometry.strides[axis]));
    const Value within = mul(rem(left, size), static_cast<double>(geometry.dilations[axis]));
    const Value at = sub(add(position, within), static_cast<double>(geometry.pads_low[axis]));
    offsets = add(offsets, mul(at, stride));
    stride = mul(stride, gather(shape_of(image), scalar_like(static_cast<double>(spatial), left)));
    left = div(left, size);
  }
  return offsets;
}

// The transpose of putting: each window takes what stands at its place.
std::vector<Value> max_unpool_gradient(const GradContext& g) {
  const Value grad = g.grads[0];
  const Window geometry = pool_window(g.node.attrs);
  const Value offsets = reshape(plane_offsets(g.inputs[1], grad, geometry), {0, 0, -1, 1});
  const Value taken = gather_nd(reshape(grad, {0, 0, -1}), offsets, 2);
  std::vector<Value> grads(g.inputs.size());
  grads[0] = reshape_like(taken, g.inputs[0]);
  return grads;
}

std::vector<Value> avg_pool_gradient(const GradContext& g) {
  return {avg_unpool(g.grads[0], g.inputs[0], options_of(g.node.attrs))};
}

std::vector<Value> avg_unpool_gradient(const GradContext& g) {
  std::vector<Value> grads(g.inputs.size());
  grads[0] = avg_pool(g.grads[0], options_of(g.node.attrs));
  return grads;
}

OpDef pooling_row(std::string documentation, bool average, int inputs, int shape_input = -1) {
  OpDef def;
  def.family = "pooling";
  def.documentation = std::move(documentation);
  def.min_inputs = inputs;
  def.max_inputs = shape_input < 0 ? inputs : inputs + 1;
  def.shape_input = shape_input;
  def.attrs = window_attrs();
  def.attrs.push_back({"kernel", AttrKind::ints});
  def.attrs.push_back({"ceil", AttrKind::flag, false});
  if (average) def.attrs.push_back({"count_pad", AttrKind::flag, false});
  if (shape_input >= 0) def.attrs.push_back(shape_attr());
  return def;
}
}  // namespace

void define_pooling(OpTable& table) {
  OpDef def = pooling_row(
      "The largest of each window over images [N, C, S…], the first of equals, NaN where one is NaN; and its "
      "place in the window, counted row by row.",
      false, 1);
  def.infer = max_pool_type;
  def.kernel = max_pool_kernel;
  def.gradient = max_pool_gradient;
  table.define(Op::max_pool, def);

  def = pooling_row(
      "Sums dy into an image at the places that max_pool took its values from; `shape`, or a third input, "
      "says "
      "the image.",
      false, 2, 2);
  def.infer = max_unpool_type;
  def.kernel = max_unpool_kernel;
  def.gradient = max_unpool_gradient;
  table.define(Op::max_unpool, def);

  def = pooling_row(
      "The mean of each window over images [N, C, S…]; of the places in the padding too where "
      "count_pad is true.",
      true, 1);
  def.infer = avg_pool_type;
  def.kernel = avg_pool_kernel;
  def.gradient = avg_pool_gradient;
  table.define(Op::avg_pool, def);

  def = pooling_row(
      "Spreads dy evenly over the windows that avg_pool took the mean of; `shape`, or a second "
      "input, says the image.",
      true, 1, 1);
  def.infer = avg_unpool_type;
  def.kernel = avg_unpool_kernel;
  def.gradient = avg_unpool_gradient;
  table.define(Op::avg_unpool, def);
}

}  // namespace tenon
