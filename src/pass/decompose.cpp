#include "pass/decompose.h"

#include "pass/rewrite.h"

namespace tenon {

namespace {
bool has_composites(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& keep) {
  for (const Node& node : graph.nodes())
    if (definition(node.op).decompose && !keep(graph, node)) return true;
  return false;
}

Graph decompose_once(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& keep) {
  return Rewrite::apply(graph,
                        [&](Rewrite& rewrite, const Node& node,
                            std::span<const Value> inputs) -> std::optional<std::vector<Value>> {
                          const OpDef& def = definition(node.op);
                          if (!def.decompose || keep(graph, node)) return std::nullopt;
                          return def.decompose({rewrite.to(), node, {inputs.begin(), inputs.end()}});
                        });
}
}  // namespace

Graph decompose(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& keep) {
  Graph result = decompose_once(graph, keep);
  // A decomposition may use composites itself; a chain of them is short, and a cycle would be our fault.
  for (int depth = 0; has_composites(result, keep); ++depth) {
    require(depth < 16,
            "the decompositions of this program do not come to an end: an op decomposes into itself");
    result = decompose_once(result, keep);
  }
  return result;
}

}  // namespace tenon
