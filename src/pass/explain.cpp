#include "pass/explain.h"

#include <map>

namespace tenon {

namespace {
// Of a group, what it holds: a fused node alone says little.
std::string line_of(const Node& node) {
  std::string line = describe(node);
  if (node.op == Op::fused && !node.bodies.empty()) {
    line += " of";
    for (const Node& inner : node.bodies[0]->nodes())
      if (inner.op != Op::input && inner.op != Op::constant) line += cat(" ", describe(inner), ",");
    line.pop_back();
  }
  return node.results.empty() ? line : cat(line, "  ", node.results[0]);
}

using Counts = std::map<std::string, int>;

void count(const Graph& graph, int each, Counts& counts) {
  for (const Node& node : graph.nodes())
    if (node.op != Op::constant) counts[line_of(node)] += each;
}

std::string lines(const Counts& counts, int sign, std::string_view mark) {
  std::string text;
  for (const auto& [line, times] : counts)
    if (times * sign > 0)
      text += cat("  ", mark, " ", line, times * sign > 1 ? cat("  (", times * sign, " times)") : "", "\n");
  return text;
}
}  // namespace

std::string explain_change(std::string_view pass, const Graph& before, const Graph& after) {
  Counts counts;
  count(before, -1, counts);
  count(after, 1, counts);
  const std::string gone = lines(counts, -1, "-"), come = lines(counts, 1, "+");
  if (gone.empty() && come.empty()) return {};
  return cat(pass, before.name() == "main" ? "" : cat(", in ", before.name()), "\n", gone, come);
}

}  // namespace tenon
