#include "tenon/ops/indexing.h"

#include "ir/types.h"
#include "op/indexing.h"
#include "op/shape_rules.h"
#include "op/slices.h"
#include "op/strided.h"
#include "tenon/ops/movement.h"
#include "tenon/ops/shapes.h"

namespace tenon {

Value gather(Value x, Value indices, std::int64_t axis) {
  return x.graph().emit1(Op::gather, {x, indices}, {{"axis", axis}});
}
Value scatter(Value x, Value indices, Value updates, ScatterOptions options) {
  return x.graph().emit1(Op::scatter, {x, indices, updates},
                         {{"axis", options.axis}, {"reduction", std::move(options.reduction)}});
}
Value one_hot(Value indices, std::int64_t depth, DType dtype) {
  return indices.graph().emit1(Op::one_hot, {indices}, {{"depth", depth}, {"dtype", dtype}});
}
Value one_hot(Value indices, Value depth, DType dtype) {
  return indices.graph().emit1(Op::one_hot, {indices, depth}, {{"dtype", dtype}});
}
Value iota(Graph& graph, Ints shape, std::int64_t axis, DType dtype) {
  return graph.emit1(Op::iota, {}, {{"shape", std::move(shape)}, {"axis", axis}, {"dtype", dtype}});
}
Value iota(Value shape, std::int64_t axis, DType dtype) {
  return shape.graph().emit1(Op::iota, {shape}, {{"axis", axis}, {"dtype", dtype}});
}

void require_indices(const TypeContext& context, std::size_t input) {
  context.require(is_int(context.inputs[input].dtype), "the indices must be of an integer type");
}

namespace {
// Gather and scatter.

// x's dimensions with those of the indices in the place of one axis.
Type gathered(const TypeContext& context) {
  require_indices(context, 1);
  const Type& x = context.inputs[0];
  const Type& indices = context.inputs[1];
  if (!x.ranked || !indices.ranked) return Type::unranked(x.dtype);
  const std::int64_t axis = checked_axis(context, context.attrs.integer("axis"), x.rank());
  Type result = x;
  const auto at = result.dims.erase(result.dims.begin() + axis);
  result.dims.insert(at, indices.dims.begin(), indices.dims.end());
  return result;
}

std::int64_t axis_of(const KernelContext& context) {
  const std::int64_t axis = context.node.attrs.integer("axis");
  return axis < 0 ? axis + context.inputs[0].rank() : axis;
}

Ints places_of(const KernelContext& context, std::int64_t size) {
  Ints places = integers_of(context.inputs[1]);
  for (std::int64_t& place : places) place = checked_place(context.node, place, size);
  return places;
}

std::vector<Tensor> gather_kernel(const KernelContext& context) {
  const Tensor& x = context.inputs[0];
  const SliceView view = view_along(x.shape(), axis_of(context));
  return {take_slices(x, view, places_of(context, view.places), context.results[0].shape())};
}

// `updates` are what gather would take.
std::vector<Type> scatter_type(const TypeContext& context) {
  const Type& x = context.inputs[0];
  const Type& updates = context.inputs[2];
  require_reduction(context);
  const Type wanted = gathered(context);
  context.require(compatible(updates, wanted), "the updates must be ", wanted);
  return {x};
}

std::vector<Tensor> scatter_kernel(const KernelContext& context) {
  const Tensor& x = context.inputs[0];
  const SliceView view = view_along(x.shape(), axis_of(context));
  const auto how = parse_combine(context.node.attrs.text("reduction"));
  return {put_slices(x, view, places_of(context, view.places), context.inputs[2], *how)};
}

std::vector<Value> gather_gradient(const GradContext& g) {
  const Value dx =
      scatter(zeros_like(g.inputs[0]), g.inputs[1], g.grads[0], {g.node.attrs.integer("axis"), "add"});
  return {dx, {}};
}

std::vector<Value> scatter_gradient(const GradContext& g) {
  const std::int64_t axis = g.node.attrs.integer("axis");
  const Value indices = g.inputs[1];
  return updated_gradient(g, {[=](Value x) { return gather(x, indices, axis); },
                              [=](Value x, Value updates, const std::string& reduction) {
                                return scatter(x, indices, updates, {axis, reduction});
                              }});
}
}  // namespace

OpDef indexing_row(std::string documentation, int inputs) {
  OpDef def;
  def.family = "indexing";
  def.documentation = std::move(documentation);
  def.min_inputs = def.max_inputs = inputs;
  return def;
}

namespace {
// One hot.

Type with_depth(const TypeContext& context, Dim depth) {
  require_indices(context, 0);
  Type result = context.inputs[0];
  result.dtype = context.attrs.dtype("dtype");
  if (result.ranked) result.dims.push_back(depth);
  return result;
}

std::vector<Type> one_hot_type(const TypeContext& context) {
  const std::int64_t depth = context.attrs.integer("depth");
  context.require(depth >= 0, "the depth cannot be negative: ", depth);
  return {with_depth(context, depth)};
}

std::vector<Type> one_hot_open_type(const TypeContext& context) {
  return {with_depth(context, Dim::unknown())};
}

std::vector<Tensor> one_hot_kernel(const KernelContext& context) {
  Tensor result = Tensor::zeros(context.results[0].dtype, context.results[0].shape());
  const std::int64_t depth = result.dim(-1);
  std::int64_t row = 0;
  for (const std::int64_t index : integers_of(context.inputs[0])) {
    if (index >= 0 && index < depth) result.set_number(row * depth + index, 1);
    ++row;
  }
  return {result};
}

// Iota.

std::vector<Type> iota_type(const TypeContext& context) {
  const DType dtype = context.attrs.dtype("dtype");
  context.require(dtype != DType::boolean, "booleans do not count");
  const Type result{dtype, attr_dims(context)};
  checked_axis(context, context.attrs.integer("axis"), result.rank());
  return {result};
}

std::vector<Type> iota_open_type(const TypeContext& context) {
  return {open_shape(context, context.attrs.dtype("dtype"))};
}

std::vector<Tensor> iota_kernel(const KernelContext& context) {
  const Shape shape = context.results[0].shape();
  const std::int64_t axis = context.node.attrs.integer("axis");
  const std::int64_t at = axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis;
  const SliceView view = view_along(shape, at);
  Tensor result = Tensor::empty(context.results[0].dtype, shape);
  with_type(result.dtype(), [&]<class T>() {
    T* to = result.as<T>().data();
    for (std::int64_t outer = 0; outer < view.outer; ++outer)
      for (std::int64_t place = 0; place < view.places; ++place)
        for (std::int64_t inner = 0; inner < view.inner; ++inner) *to++ = convert<T>(place);
  });
  return {result};
}
}  // namespace

void define_indexing(OpTable& table) {
  OpDef def = indexing_row(
      "The slices of x along `axis` that the indices name, negative ones counting from the end. An index out "
      "of range is an error in the reference; compiled code takes the nearest slice.",
      2);
  def.attrs = {{"axis", AttrKind::integer, std::int64_t{0}}};
  def.infer = [](const TypeContext& context) { return std::vector<Type>{gathered(context)}; };
  def.kernel = gather_kernel;
  def.gradient = gather_gradient;
  table.define(Op::gather, def);

  def = indexing_row(
      "x with `updates` put where gather would have taken them from, combined by `reduction`: none (the last "
      "of several wins), add, mul, max or min (NaN wins).",
      3);
  def.attrs = {{"axis", AttrKind::integer, std::int64_t{0}},
               {"reduction", AttrKind::text, std::string("none")}};
  def.infer = scatter_type;
  def.kernel = scatter_kernel;
  def.gradient = scatter_gradient;
  table.define(Op::scatter, def);

  def = indexing_row(
      "1 in the place along a new last axis that each index names, 0 elsewhere; an index out of "
      "[0, depth) gives zeros.",
      1);
  def.attrs = {{"depth", AttrKind::integer}, {"dtype", AttrKind::dtype, DType::f32}};
  def.operands = {"depth"};
  def.infer = one_hot_type;
  def.infer_open = one_hot_open_type;
  def.kernel = one_hot_kernel;
  def.no_gradient = "it does not depend smoothly on its indices";
  table.define(Op::one_hot, def);

  def = indexing_row("0, 1, 2, … along `axis`, the same along the others.", 0);
  def.operands = {"shape"};
  def.infer_open = iota_open_type;
  def.attrs = {{"shape", AttrKind::ints},
               {"axis", AttrKind::integer, std::int64_t{0}},
               {"dtype", AttrKind::dtype, DType::i64}};
  def.infer = iota_type;
  def.kernel = iota_kernel;
  def.no_gradient = "it does not depend on any element";
  table.define(Op::iota, def);

  define_indexing_nd(table);
  define_ordering(table);
}

}  // namespace tenon
