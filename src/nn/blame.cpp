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

// A program and what it is run on.
struct Run {
  const Graph& graph;
  std::vector<Tensor> inputs;
  TensorMap states = {};
};

std::vector<Tensor> values_of(const Run& run, std::span<const Ref> refs) {
  Graph open = run.graph.clone();
  const std::size_t before = open.outputs().size();
  for (const Ref ref : refs) open.output("", open.value(ref));
  const std::vector<Tensor> outputs = evaluate(open, run.inputs, run.states).outputs;
  return {outputs.begin() + static_cast<std::ptrdiff_t>(before), outputs.end()};
}

std::string first_in(const Run& run);

// In the bodies, as they are run turn by turn.
std::string first_in_bodies(const Node& node, const std::vector<Tensor>& inputs) {
  std::string found;
  evaluate_node(node, inputs, [&](const Graph& body, std::span<const Tensor> arguments) {
    const Run turn{body, {arguments.begin(), arguments.end()}};
    if (found.empty()) found = first_in(turn);
    return evaluate(body, turn.inputs).outputs;
  });
  return found;
}

std::string blamed(const Run& run, std::uint32_t id) {
  const Node& node = run.graph.nodes()[id];
  if (node.bodies.empty()) return shown(node);
  const std::string inside = first_in_bodies(node, values_of(run, node.inputs));
  return inside.empty() ? shown(node) : cat(inside, " in the body of ", shown(node));
}

std::string first_in(const Run& run) {
  std::vector<Ref> results;
  for (std::uint32_t id = 0; id < run.graph.nodes().size(); ++id)
    for (std::uint32_t i = 0; i < run.graph.nodes()[id].results.size(); ++i)
      if (accountable(run.graph.nodes()[id])) results.push_back({id, i});
  const std::vector<Tensor> values = values_of(run, results);
  const auto bad = std::ranges::find_if_not(values, finite);
  return bad == values.end() ? "" : blamed(run, results[static_cast<std::size_t>(bad - values.begin())].node);
}

std::vector<Tensor> in_order(const Graph& graph, const NamedTensors& tensors) {
  std::vector<Tensor> ordered;
  for (const std::uint32_t id : graph.inputs()) {
    const std::string& name = name_of(graph.nodes()[id]);
    const Tensor* tensor = find(tensors, name);
    require(tensor != nullptr, "input '", name, "' has no value");
    ordered.push_back(*tensor);
  }
  return ordered;
}
}  // namespace

std::string first_not_finite(const Graph& graph, const NamedTensors& inputs, const NamedTensors& states) {
  return first_in({graph, in_order(graph, inputs), {states.begin(), states.end()}});
}

}  // namespace tenon
