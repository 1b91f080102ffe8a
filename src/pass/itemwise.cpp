#include "pass/itemwise.h"

#include <algorithm>

#include "tenon/op.h"

namespace tenon {

namespace {
using Batched = std::optional<std::vector<bool>>;

bool counts_items(const Type& type, std::int64_t items) {
  return type.rank() > 0 && type.dims[0].constant() == items;
}

bool touches_items(const Ints& axes, std::int64_t rank) {
  return axes.empty() || std::any_of(axes.begin(), axes.end(),
                                     [&](std::int64_t axis) { return axis == 0 || axis + rank == 0; });
}

bool pads_items(const Node& node) {
  return node.attrs.ints("low")[0] != 0 || node.attrs.ints("high")[0] != 0;
}

// Only the first input is a batch, or all are.
Batched first_of(const Node& node) {
  std::vector<bool> batched(node.inputs.size(), false);
  batched[0] = true;
  return batched;
}
Batched all_of(const Node& node) { return std::vector<bool>(node.inputs.size(), true); }
Batched if_so(bool holds, Batched batched) { return holds ? std::move(batched) : std::nullopt; }

Batched broadcast(const Graph& graph, const Node& node, std::int64_t items) {
  const Type& from = graph.type(node.inputs[0]);
  const bool aligned = from.rank() == node.results[0].rank();
  return std::vector<bool>{aligned && counts_items(from, items)};
}
}  // namespace

Batched batched_inputs(const Graph& graph, const Node& node, std::int64_t items) {
  const auto is_batch = [&](const Type& type) { return counts_items(type, items); };
  if (!std::all_of(node.results.begin(), node.results.end(), is_batch)) return std::nullopt;
  if (definition(node.op).elementwise) return all_of(node);
  switch (node.op) {
    case Op::broadcast_to:
      return broadcast(graph, node, items);
    case Op::reshape:
      return if_so(is_batch(graph.type(node.inputs[0])), all_of(node));
    case Op::transpose:
      return if_so(!node.attrs.ints("perm").empty() && node.attrs.ints("perm")[0] == 0, all_of(node));
    case Op::slice:
      return if_so(!touches_items(node.attrs.ints("axes"), node.results[0].rank()), all_of(node));
    case Op::pad:
      return if_so(!pads_items(node), first_of(node));
    case Op::iota:
      return if_so(node.attrs.integer("axis") != 0, std::vector<bool>{});
    case Op::conv:
      return first_of(node);
    default:
      return std::nullopt;
  }
}

bool is_same_for_all(const Graph& graph, const Node& node, std::int64_t items) {
  const bool arithmetic = definition(node.op).elementwise;
  if (!arithmetic && node.op != Op::broadcast_to && node.op != Op::iota) return false;
  const auto batched = batched_inputs(graph, node, items);
  if (!batched) return false;
  for (std::size_t i = 0; i < batched->size(); ++i)
    if ((*batched)[i] && !(arithmetic && is_same_for_all(graph, graph.node(node.inputs[i]), items)))
      return false;
  return true;
}

Attrs attrs_for(const Node& node, std::int64_t items, std::int64_t fewer) {
  Attrs attrs = node.attrs;
  const bool has_shape = node.op == Op::broadcast_to || node.op == Op::reshape || node.op == Op::iota;
  if (!has_shape) return attrs;
  Ints shape = attrs.ints("shape");
  if (shape[0] == items) shape[0] = fewer;
  attrs.set("shape", std::move(shape));
  return attrs;
}

}  // namespace tenon
