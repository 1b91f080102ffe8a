#include "pass/rewrite.h"

namespace tenon {

std::vector<Value> Rewrite::copy(const Node& node, std::span<const Value> inputs) {
  if (node.op == Op::input) return {to_.input(name_of(node), node.results[0])};
  if (node.op == Op::state) return {to_.state(name_of(node), node.results[0])};
  if (node.op == Op::constant) return {to_.constant(node.attrs.tensor("value"))};
  return to_.emit(node.op, inputs, node.attrs, node.bodies);
}

Graph Rewrite::apply(const Graph& from, const Rule& rule) {
  Rewrite rewrite(from);
  std::vector<Value> inputs;
  for (const Node& node : from.nodes()) {
    inputs.clear();
    for (const Ref input : node.inputs) inputs.push_back(rewrite[input]);
    rewrite.to_.set_label(node.label);
    auto replaced = rule(rewrite, node, inputs);
    rewrite.map_.push_back(replaced ? std::move(*replaced) : rewrite.copy(node, inputs));
  }
  rewrite.to_.set_label("");
  for (const NamedRef& output : from.outputs()) rewrite.to_.output(output.name, rewrite[output.ref]);
  for (const NamedRef& update : from.updates()) rewrite.to_.update(update.name, rewrite[update.ref]);
  return std::move(rewrite.to_);
}

const Node& node_of(Value value) { return value.graph().node(value.ref()); }

Value input_of(Value value, std::size_t i) { return value.graph().value(node_of(value).inputs[i]); }

Value repeated_constant(Value value) {
  while (node_of(value).op == Op::broadcast_to || node_of(value).op == Op::reshape)
    value = input_of(value, 0);
  const bool single = node_of(value).op == Op::constant && node_of(value).results[0].size() == 1;
  return single ? value : Value();
}

std::vector<int> count_uses(const Graph& graph) {
  std::vector<int> uses(graph.nodes().size(), 0);
  for (const Node& node : graph.nodes())
    for (const Ref input : node.inputs) ++uses[input.node];
  for (const NamedRef& output : graph.outputs()) ++uses[output.ref.node];
  for (const NamedRef& update : graph.updates()) ++uses[update.ref.node];
  return uses;
}

}  // namespace tenon
