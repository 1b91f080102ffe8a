#include "nn/blame.h"

#include <algorithm>
#include <cmath>

#include "op/evaluate.h"

namespace tenon {

namespace {
bool finite(const Tensor& tensor) {
  for (std::int64_t i = 0; i < tensor.size(); ++i)
    if (!std::isfinite(tensor.number(i))) return false;
  return true;
}

std::string shown(const Node& node) {
  const bool leaf = node.op == Op::input || node.op == Op::state;
  return leaf ? cat(describe(node), " '", name_of(node), "'") : describe(node);
}

// A constant may be infinite on purpose: a mask, say.
bool accountable(const Node& node) {
  return node.op != Op::constant &&
         std::ranges::any_of(node.results, [](const Type& type) { return is_float(type.dtype); });
}

TensorMap by_name(const NamedTensors& tensors) { return {tensors.begin(), tensors.end()}; }
}  // namespace

std::string first_not_finite(const Graph& graph, const NamedTensors& inputs, const NamedTensors& states) {
  Graph open = graph.clone();
  std::vector<std::uint32_t> nodes;
  const std::size_t before = open.outputs().size();
  for (std::uint32_t id = 0; id < graph.nodes().size(); ++id) {
    if (!accountable(graph.nodes()[id])) continue;
    for (std::uint32_t result = 0; result < graph.nodes()[id].results.size(); ++result) {
      open.output(cat("node ", id), open.value({id, result}));
      nodes.push_back(id);
    }
  }
  const Evaluation all = evaluate_named(open, by_name(inputs), by_name(states));
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (!finite(all.outputs[before + i])) return shown(graph.nodes()[nodes[i]]);
  return {};
}

}  // namespace tenon
