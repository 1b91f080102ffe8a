#include "pass/dead.h"

#include "pass/rewrite.h"

namespace tenon {

std::vector<bool> live_nodes(const Graph& graph) {
  std::vector<bool> live(graph.nodes().size(), false);
  for (const NamedRef& output : graph.outputs()) live[output.ref.node] = true;
  for (const NamedRef& update : graph.updates()) live[update.ref.node] = true;
  for (std::size_t id = graph.nodes().size(); id-- > 0;) {
    const Node& node = graph.nodes()[id];
    if (definition(node.op).effects || node.op == Op::input || node.op == Op::state) live[id] = true;
    if (!live[id]) continue;
    for (const Ref input : node.inputs) live[input.node] = true;
  }
  return live;
}

Graph remove_dead(const Graph& graph) {
  const std::vector<bool> live = live_nodes(graph);
  std::size_t id = 0;
  return Rewrite::apply(
      graph, [&](Rewrite&, const Node&, std::span<const Value>) -> std::optional<std::vector<Value>> {
        if (live[id++]) return std::nullopt;
        return std::vector<Value>{};
      });
}

}  // namespace tenon
