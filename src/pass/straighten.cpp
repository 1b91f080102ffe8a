#include "pass/straighten.h"

#include "pass/preparation.h"
#include "pass/rewrite.h"
#include "tenon/ops.h"

namespace tenon {

Graph straighten_weights(const Graph& typed) {
  const std::vector<bool> fixed = fixed_nodes(typed);
  using Results = std::optional<std::vector<Value>>;
  return Rewrite::apply(typed, [&](Rewrite& rewrite, const Node& node, std::span<const Value> in) -> Results {
    if (node.op != Op::matmul || !node.attrs.flag("transpose_b")) return std::nullopt;
    if (!fixed[node.inputs[1].node] || in[1].rank() != 2) return std::nullopt;
    Node straight = node;
    straight.attrs.set("transpose_b", false);
    const Value operands[] = {in[0], transpose(in[1], {1, 0})};
    return rewrite.copy(straight, operands);
  });
}

}  // namespace tenon
