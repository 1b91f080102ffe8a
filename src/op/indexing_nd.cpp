// Indexing by points, and what both kinds of scatter share.
#include <algorithm>

#include "ir/types.h"
#include "op/indexing.h"
#include "op/shape_rules.h"
#include "op/slices.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

Value gather_nd(Value x, Value indices, std::int64_t batch_dims) {
  return write(Op::gather_nd, {x, indices}, {{"batch_dims", batch_dims}});
}

Value scatter_nd(Value x, Value indices, Value updates, std::string reduction, std::int64_t batch_dims) {
  return write(Op::scatter_nd, {x, indices, updates},
               {{"batch_dims", batch_dims}, {"reduction", std::move(reduction)}});
}

void require_reduction(const TypeContext& context) {
  const std::string& reduction = context.attrs.text("reduction");
  context.require(parse_combine(reduction).has_value(), "there is no reduction '", reduction,
                  "': it is none, add, mul, max or min");
}

namespace {
Value where(Value condition, Value x) { return select(condition, x, 0); }

// Which updates show in the result: of those that meet in one place, the last.
Value last_updates(Value x, Value updates, const Indexed& indexed) {
  const Value numbers = reshape_like(iota(shape_of(reshape(updates, {-1}))), updates);
  const Value none = expand_like(scalar_like(0, numbers), x);
  return equal(indexed.take(indexed.put(none, numbers, "none")), numbers);
}
}  // namespace

std::vector<Value> updated_gradient(const GradContext& g, const Indexed& indexed) {
  const Value x = g.inputs[0];
  const Value updates = g.inputs[2];
  const Value dy = g.grads[0];
  const Value y = g.results[0];
  const Value taken = indexed.take(dy);
  switch (*parse_combine(g.node.attrs.text("reduction"))) {
    case Combine::add:
      return {dy, {}, taken};
    case Combine::mul:
      return {indexed.put(dy, updates, "mul"), {}, indexed.take(dy * y) / updates};
    case Combine::max:
    case Combine::min:
      return {where(equal(x, y), dy), {}, where(equal(updates, indexed.take(y)), taken)};
    default:
      return {
          indexed.put(dy, zeros_like(updates), "none"), {}, where(last_updates(x, updates, indexed), taken)};
  }
}

namespace {
// The parts of the shapes: x is [batch…, indexed…, inner…], the indices [batch…, points…, depth].
struct Points {
  std::size_t batch;
  std::size_t depth;  // how many axes of x a point says its place along

  Points(std::int64_t batch_dims, std::int64_t depth_dim)
      : batch(static_cast<std::size_t>(batch_dims)), depth(static_cast<std::size_t>(depth_dim)) {}
};

// x's dimensions where those that a point says are taken by the points' own.
Type picked(const TypeContext& context) {
  require_indices(context, 1);
  const Type& x = context.inputs[0];
  const Type& indices = context.inputs[1];
  const std::int64_t batch = context.attrs.integer("batch_dims");
  context.require(batch >= 0, "batch_dims cannot be negative: ", batch);
  if (!x.ranked || !indices.ranked) return Type::unranked(x.dtype);
  context.require(indices.rank() >= 1, "the indices must have a last axis that spells a point");
  context.require(batch < indices.rank() && batch <= x.rank(), "there are no ", batch, " batch axes");
  const Dim depth = indices.dims.back();
  if (!depth.is_constant()) return Type::unranked(x.dtype);
  context.require(depth.constant() <= x.rank() - batch, "points of ", depth, " places are too many for the ",
                  x.rank() - batch, " axes of x behind the batch");
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(batch); ++axis)
    context.require(!x.dims[axis].is_constant() || !indices.dims[axis].is_constant() ||
                        x.dims[axis] == indices.dims[axis],
                    "batch axis ", axis, " is ", x.dims[axis], " and ", indices.dims[axis]);
  Type result{x.dtype, {indices.dims.begin(), indices.dims.end() - 1}};
  result.dims.insert(result.dims.end(), x.dims.begin() + batch + depth.constant(), x.dims.end());
  return result;
}

Points points_of(const KernelContext& context) {
  return {context.node.attrs.integer("batch_dims"), context.inputs[1].dim(-1)};
}

SliceView view_of(const Tensor& x, Points points) {
  const std::span<const std::int64_t> shape = x.shape();
  return {element_count(shape.first(points.batch)), element_count(shape.subspan(points.batch, points.depth)),
          element_count(shape.subspan(points.batch + points.depth))};
}

// The place that each point names, in row-major order over the axes it indexes.
Ints places_of(const KernelContext& context, Points points) {
  const Ints indices = integers_of(context.inputs[1]);
  const std::span<const std::int64_t> sizes =
      std::span(context.inputs[0].shape()).subspan(points.batch, points.depth);
  const Shape& index_shape = context.inputs[1].shape();
  Ints places(static_cast<std::size_t>(element_count({index_shape.begin(), index_shape.end() - 1})));
  auto index = indices.begin();
  for (std::int64_t& place : places)
    for (const std::int64_t size : sizes) place = place * size + checked_place(context.node, *index++, size);
  return places;
}

std::vector<Tensor> gather_nd_kernel(const KernelContext& context) {
  const Points points = points_of(context);
  const Tensor& x = context.inputs[0];
  return {take_slices(x, view_of(x, points), places_of(context, points), context.results[0].shape())};
}

std::vector<Type> scatter_nd_type(const TypeContext& context) {
  require_reduction(context);
  const Type wanted = picked(context);
  context.require(compatible(context.inputs[2], wanted), "the updates must be ", wanted);
  return {context.inputs[0]};
}

std::vector<Tensor> scatter_nd_kernel(const KernelContext& context) {
  const Points points = points_of(context);
  const Tensor& x = context.inputs[0];
  const auto how = parse_combine(context.node.attrs.text("reduction"));
  return {put_slices(x, view_of(x, points), places_of(context, points), context.inputs[2], *how)};
}

std::vector<Value> gather_nd_gradient(const GradContext& g) {
  const std::int64_t batch_dims = g.node.attrs.integer("batch_dims");
  return {scatter_nd(zeros_like(g.inputs[0]), g.inputs[1], g.grads[0], "add", batch_dims), {}};
}

std::vector<Value> scatter_nd_gradient(const GradContext& g) {
  const std::int64_t batch_dims = g.node.attrs.integer("batch_dims");
  const Value indices = g.inputs[1];
  return updated_gradient(g, {[=](Value x) { return gather_nd(x, indices, batch_dims); },
                              [=](Value x, Value updates, const std::string& reduction) {
                                return scatter_nd(x, indices, updates, reduction, batch_dims);
                              }});
}
}  // namespace

void define_indexing_nd(OpTable& table) {
  OpDef def = indexing_row(
      "The parts of x at the points that the last axis of the indices spells, behind batch_dims axes that "
      "both "
      "share. Out of range as with gather.",
      2);
  def.attrs = {{"batch_dims", AttrKind::integer, std::int64_t{0}}};
  def.infer = [](const TypeContext& context) { return std::vector<Type>{picked(context)}; };
  def.kernel = gather_nd_kernel;
  def.gradient = gather_nd_gradient;
  table.define(Op::gather_nd, def);

  def = indexing_row(
      "x with `updates` put where gather_nd would have taken them from, combined as scatter does.", 3);
  def.attrs = {{"batch_dims", AttrKind::integer, std::int64_t{0}},
               {"reduction", AttrKind::text, std::string("none")}};
  def.infer = scatter_nd_type;
  def.kernel = scatter_nd_kernel;
  def.gradient = scatter_nd_gradient;
  table.define(Op::scatter_nd, def);
}

}  // namespace tenon
