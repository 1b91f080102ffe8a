#include "pass/single_turns.h"

#include <algorithm>

#include "ir/inline.h"
#include "pass/rewrite.h"
#include "tenon/ops/movement.h"

namespace tenon {

namespace {
std::size_t count_of(const Node& scan, std::string_view attr) {
  return static_cast<std::size_t>(scan.attrs.integer(attr));
}

bool is_empty(const Type& type) { return type.size() == 0; }

// What is empty stays with the host: to a reshape, a 0 says something else.
bool runs_once(const Node& node, std::span<const Value> inputs) {
  if (node.op != Op::scan || !inputs[count_of(node, "carried")].type().dims[0].is(1)) return false;
  return std::ranges::none_of(inputs, is_empty, &Value::type) && std::ranges::none_of(node.results, is_empty);
}

Value only_slice(Value scanned) {
  const Shape shape = scanned.type().shape();
  return reshape(scanned, Shape(shape.begin() + 1, shape.end()));
}

Value stack_of_one(Value output) {
  Shape shape = output.type().shape();
  shape.insert(shape.begin(), 1);
  return reshape(output, shape);
}

std::vector<Value> inlined(Graph& to, const Node& scan, std::span<const Value> inputs) {
  const std::size_t carried = count_of(scan, "carried");
  std::vector<Value> handed(inputs.begin(), inputs.end());
  for (std::size_t i = carried; i < carried + count_of(scan, "scanned"); ++i)
    handed[i] = only_slice(handed[i]);
  std::vector<Value> results = inline_graph(to, inline_single_turns(*scan.bodies[0]), handed);
  for (std::size_t i = carried; i < results.size(); ++i) results[i] = stack_of_one(results[i]);
  return results;
}
}  // namespace

Graph inline_single_turns(const Graph& graph) {
  using Results = std::optional<std::vector<Value>>;
  return Rewrite::apply(graph,
                        [](Rewrite& rewrite, const Node& node, std::span<const Value> inputs) -> Results {
                          if (!runs_once(node, inputs)) return std::nullopt;
                          return inlined(rewrite.to(), node, inputs);
                        });
}

}  // namespace tenon
