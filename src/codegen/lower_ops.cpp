#include "codegen/lower_ops.h"

#include <algorithm>

#include "codegen/element_op.h"
#include "codegen/lower.h"
#include "codegen/lower_random.h"

namespace tenon::codegen {

namespace {
std::optional<Combine> combine_of(Op op) {
  switch (op) {
    case Op::reduce_sum:
    case Op::cumsum:
    case Op::matmul:
    case Op::conv:
    case Op::avg_pool:
    case Op::max_unpool:
    case Op::avg_unpool:
      return Combine::sum;
    case Op::reduce_prod:
      return Combine::product;
    case Op::reduce_max:
      return Combine::maximum;
    case Op::reduce_min:
      return Combine::minimum;
    case Op::arg_max:
    case Op::max_pool:
      return Combine::arg_max;
    case Op::arg_min:
      return Combine::arg_min;
    default:
      return std::nullopt;
  }
}

// Filters are [out, in, spatial axes…]: a sum goes over all but the first.
Shape filter_sizes(const Shape& filters) { return {filters.begin() + 1, filters.end()}; }

bool scalar_constant(const Node& node) { return node.op == Op::constant && node.results[0].size() == 1; }
}  // namespace

std::optional<Fold> fold_of(const Graph& graph, const Node& node) {
  const auto combine = combine_of(node.op);
  if (!combine) return std::nullopt;
  const Type& operand = graph.type(node.inputs[0]);
  // A product may be summed into a wider type than that of its operands.
  const bool is_product = node.op == Op::matmul || node.op == Op::conv;
  const DType summed = is_product ? node.results[0].dtype : operand.dtype;
  const bool narrow = summed == DType::f16 || summed == DType::bf16;
  Fold fold{*combine, narrow ? DType::f32 : summed, {}};
  const Shape shape = operand.shape();
  if (node.op == Op::cumsum) return fold;
  if (is_pooling(node.op))
    fold.reduced = node.attrs.ints("kernel");
  else if (node.op == Op::conv)
    fold.reduced = filter_sizes(graph.type(node.inputs[1]).shape());
  else if (node.op == Op::matmul)
    fold.reduced = {shape[shape.size() - (node.attrs.flag("transpose_a") ? 2 : 1)]};
  else
    for (const std::int64_t axis : named_axes(node, shape.size()))
      fold.reduced.push_back(shape[static_cast<std::size_t>(axis)]);
  return fold;
}

bool is_reduction(Op op) {
  return op != Op::matmul && op != Op::conv && op != Op::cumsum && !is_pooling(op) &&
         combine_of(op).has_value();
}

bool is_pooling(Op op) { return op >= Op::max_pool && op <= Op::avg_unpool; }

Window pooling_window(const Node& node) { return window_of(node.attrs, node.attrs.ints("kernel")); }

std::int64_t window_places(const Node& node) {
  const Window window = pooling_window(node);
  const auto pads = [](const Ints& sizes) {
    return std::any_of(sizes.begin(), sizes.end(), [](std::int64_t size) { return size > 0; });
  };
  const bool padded = pads(window.pads_low) || pads(window.pads_high);
  if (node.attrs.flag("ceil") || (padded && !node.attrs.flag("count_pad"))) return 0;
  return element_count(window.kernel);
}

bool is_movement(Op op) {
  switch (op) {
    case Op::reshape:
    case Op::transpose:
    case Op::broadcast_to:
    case Op::slice:
    case Op::reverse:
    case Op::pad:
    case Op::concat:
    case Op::gather:
    case Op::stop_gradient:
      return true;
    default:
      return false;
  }
}

double cost_of(Op op) {
  switch (op) {
    case Op::exp:
    case Op::expm1:
    case Op::log:
    case Op::log1p:
    case Op::tanh:
    case Op::sinh:
    case Op::cosh:
      return 14;
    case Op::sin:
    case Op::cos:
    case Op::tan:
    case Op::erf:
    case Op::asin:
    case Op::acos:
    case Op::atan:
      return 20;
    case Op::pow:
    case Op::atan2:
      return 35;
    case Op::div:
    case Op::rem:
    case Op::mod:
    case Op::sqrt:
    case Op::rsqrt:
    case Op::reciprocal:
      return 5;
    default:
      return is_element_op(op) && !is_movement(op) ? 1 : 0;
  }
}

std::int64_t from_front(std::int64_t axis, std::size_t rank) {
  return axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
}

std::size_t axis_of(const Node& node, std::size_t rank) {
  return static_cast<std::size_t>(from_front(node.attrs.integer("axis"), rank));
}

Ints permutation_of(const Node& node, std::size_t rank) {
  Ints perm = node.attrs.ints("perm");
  if (perm.empty())
    for (std::size_t i = rank; i-- > 0;) perm.push_back(static_cast<std::int64_t>(i));
  for (std::int64_t& axis : perm) axis = from_front(axis, rank);
  return perm;
}

Ints named_axes(const Node& node, std::size_t rank) {
  if (const AttrValue* axis = node.attrs.find("axis"))
    return {from_front(std::get<std::int64_t>(*axis), rank)};
  Ints axes = node.attrs.ints("axes");
  for (std::int64_t& axis : axes) axis = from_front(axis, rank);
  if (axes.empty())
    for (std::size_t i = 0; i < rank; ++i) axes.push_back(static_cast<std::int64_t>(i));
  std::sort(axes.begin(), axes.end());
  return axes;
}

bool can_lower(const Node& node) {
  if (node.op == Op::avg_pool || node.op == Op::avg_unpool) return window_places(node) > 0;
  if (is_element_op(node.op) || is_movement(node.op) || combine_of(node.op)) return true;
  return is_lowered_random(node) || node.op == Op::reduce_mean || node.op == Op::one_hot ||
         node.op == Op::iota || scalar_constant(node);
}

}  // namespace tenon::codegen
