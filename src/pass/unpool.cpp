#include "pass/unpool.h"

#include <algorithm>

#include "pass/rewrite.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
using Results = std::optional<std::vector<Value>>;
using Inputs = std::span<const Value>;

// Images are [N, C, spatial axes…].
constexpr std::int64_t kFirstSpatial = 2;

bool is_zero(Value value) {
  const Value held = repeated_constant(value);
  return held.defined() && node_of(held).attrs.tensor("value").number() == 0;
}

Value widen(Value single, const Shape& shape) {
  return broadcast_to(single.rank() == 0 ? single : reshape(single, Ints{}), shape);
}

bool compares(Op op) {
  return op == Op::greater || op == Op::greater_equal || op == Op::less || op == Op::less_equal;
}

// The pooling that found the windows of an unpooling.
const Node* pooling_of(Value unpooled) {
  const Ref window = node_of(unpooled).inputs[1];
  const Node& source = unpooled.graph().node(window);
  const bool same = source.op == Op::max_pool && window.result == 1 &&
                    source.attrs.ints("kernel") == node_of(unpooled).attrs.ints("kernel") &&
                    source.attrs.ints("strides") == node_of(unpooled).attrs.ints("strides");
  return same ? &source : nullptr;
}

Value unpool_again(Value unpooled, Value dy) {
  const Attrs attrs = node_of(unpooled).attrs;
  return dy.graph().emit1(Op::max_unpool, {dy, input_of(unpooled, 1)}, attrs);
}

// select(image > number, max_unpool(dy, window of the image), 0)
Results masked(const Node& node, Inputs in) {
  if (node.op != Op::select || node_of(in[1]).op != Op::max_unpool || !is_zero(in[2])) return std::nullopt;
  const Op comparison = node_of(in[0]).op;  // by value: nodes move where others are added
  const Node* const pooling = pooling_of(in[1]);
  if (!pooling || !compares(comparison) || node_of(in[0]).inputs[0] != pooling->inputs[0])
    return std::nullopt;
  const Value bound = repeated_constant(input_of(in[0], 1));
  if (!bound.defined()) return std::nullopt;
  const Value largest = in[1].graph().value({node_of(in[1]).inputs[1].node, 0});
  const Value dy = input_of(in[1], 0);
  const Value kept = in[1].graph().emit1(comparison, {largest, widen(bound, largest.type().shape())});
  return std::vector<Value>{
      unpool_again(in[1], select(kept, dy, widen(repeated_constant(in[2]), dy.type().shape())))};
}

bool is_inside(const Node& pooling) {
  const auto none = [](const Ints& pads) {
    return std::all_of(pads.begin(), pads.end(), [](std::int64_t pad) { return pad == 0; });
  };
  return none(pooling.attrs.ints("pads_low")) && none(pooling.attrs.ints("pads_high")) &&
         !pooling.attrs.flag("ceil");
}

// Whether a reduction, over all axes where it names none, goes over every spatial one.
bool covers_space(const Ints& axes, std::int64_t rank) {
  const auto is_named = [&](std::int64_t axis) {
    return std::any_of(axes.begin(), axes.end(),
                       [&](std::int64_t named) { return named == axis || named + rank == axis; });
  };
  for (auto axis = kFirstSpatial; axis < rank && !axes.empty(); ++axis)
    if (!is_named(axis)) return false;
  return true;
}

// reduce_sum over all of the image's spatial axes of an unpooling
Results summed(const Node& node, Inputs in) {
  if (node.op != Op::reduce_sum) return std::nullopt;
  const Node& unpooled = node_of(in[0]);
  if ((unpooled.op != Op::max_unpool && unpooled.op != Op::avg_unpool) || !is_inside(unpooled))
    return std::nullopt;
  if (!covers_space(node.attrs.ints("axes"), in[0].rank())) return std::nullopt;
  return std::vector<Value>{in[0].graph().emit1(Op::reduce_sum, {input_of(in[0], 0)}, node.attrs)};
}
}  // namespace

Graph lift_unpools(const Graph& graph) {
  return Rewrite::apply(graph, [](Rewrite&, const Node& node, Inputs in) -> Results {
    if (auto lifted = masked(node, in)) return lifted;
    return summed(node, in);
  });
}

}  // namespace tenon
