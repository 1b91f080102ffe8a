#include "pass/cse.h"

#include <unordered_map>

#include "pass/rewrite.h"

namespace tenon {

namespace {
bool mergeable(const Node& node) {
  if (node.op == Op::input || node.op == Op::state || !node.bodies.empty()) return false;
  const OpDef& def = definition(node.op);
  return !def.random && !def.effects;
}

// Large constants are told apart by their storage: comparing their bits at every compile would cost more.
bool same_constant(const Tensor& a, const Tensor& b) {
  constexpr std::size_t kCompared = 256;
  if (a.raw() == b.raw()) return a.dtype() == b.dtype() && a.shape() == b.shape();
  return a.bytes() <= kCompared && identical(a, b);
}

bool same_node(const Node& a, const Node& b) {
  if (a.op != b.op || a.inputs != b.inputs) return false;
  if (a.op == Op::constant) return same_constant(a.attrs.tensor("value"), b.attrs.tensor("value"));
  return a.attrs == b.attrs;
}

std::size_t hash_of(const Node& node) {
  std::size_t hash = static_cast<std::size_t>(node.op);
  const auto mix = [&](std::size_t part) { hash = (hash ^ part) * 0x9e3779b97f4a7c15u; };
  for (const Ref input : node.inputs) mix((std::size_t{input.node} << 8) + input.result);
  for (const Type& type : node.results)
    mix(static_cast<std::size_t>(type.dtype) + static_cast<std::size_t>(type.rank()) * 64);
  return hash;
}
}  // namespace

Graph merge_common(const Graph& graph) {
  std::unordered_multimap<std::size_t, std::uint32_t> seen;  // of the new graph
  return Rewrite::apply(graph,
                        [&](Rewrite& rewrite, const Node& node,
                            std::span<const Value> inputs) -> std::optional<std::vector<Value>> {
                          if (!mergeable(node)) return std::nullopt;
                          Node moved = node;
                          for (std::size_t i = 0; i < inputs.size(); ++i) moved.inputs[i] = inputs[i].ref();
                          const std::size_t hash = hash_of(moved);
                          const auto results_of = [&](std::uint32_t id) {
                            std::vector<Value> results;
                            for (std::uint32_t i = 0; i < node.results.size(); ++i)
                              results.push_back(rewrite.to().value({id, i}));
                            return results;
                          };
                          const auto [first, last] = seen.equal_range(hash);
                          for (auto at = first; at != last; ++at)
                            if (same_node(rewrite.to().nodes()[at->second], moved))
                              return results_of(at->second);
                          const std::uint32_t id = rewrite.to().append(std::move(moved));
                          seen.emplace(hash, id);
                          return results_of(id);
                        });
}

}  // namespace tenon
