#include "ir/inline.h"

namespace tenon {

std::vector<Value> inline_graph(Graph& to, const Graph& from, std::span<const Value> inputs) {
  require(inputs.size() == from.inputs().size(), "program '", from.name(), "' takes ", from.inputs().size(),
          " inputs, not ", inputs.size());
  std::vector<std::vector<Ref>> moved;
  std::size_t next_input = 0;
  for (const Node& node : from.nodes()) {
    std::vector<Ref>& results = moved.emplace_back();
    if (node.op == Op::input) {
      results = {inputs[next_input++].ref()};
      continue;
    }
    Node copy = node;
    for (Ref& input : copy.inputs) input = moved[input.node][input.result];
    const std::uint32_t id = to.append(std::move(copy));
    for (std::uint32_t i = 0; i < node.results.size(); ++i) results.push_back({id, i});
  }
  std::vector<Value> outputs;
  for (const NamedRef& output : from.outputs())
    outputs.push_back(to.value(moved[output.ref.node][output.ref.result]));
  return outputs;
}

}  // namespace tenon
