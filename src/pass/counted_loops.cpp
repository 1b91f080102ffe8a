#include "pass/counted_loops.h"

#include <numeric>

#include "ir/inline.h"
#include "op/bodies.h"
#include "pass/rewrite.h"
#include "pass/typing.h"

namespace tenon {

namespace {
constexpr std::int64_t kMostTurns = 65536;

bool is_true(const Node& node) { return node.op == Op::constant && node.attrs.tensor("value").as<bool>()[0]; }

std::optional<std::int64_t> known_turns(std::span<const Value> inputs, const Graph& body) {
  const bool never_stops = is_true(node_of(inputs[1])) && is_true(body.node(body.outputs()[0].ref));
  if (!never_stops || !is_constant(inputs[0])) return std::nullopt;
  const std::int64_t trips = node_of(inputs[0]).attrs.tensor("value").as<std::int64_t>()[0];
  return trips >= 1 && trips <= kMostTurns ? std::optional(trips) : std::nullopt;
}

Tensor counted_to(std::int64_t turns) {
  const Tensor tensor = Tensor::empty(DType::i64, {turns});
  std::iota(tensor.as<std::int64_t>().begin(), tensor.as<std::int64_t>().end(), 0);
  return tensor;
}

// The same, but the number of the turn stands behind what is carried, and it does not say whether to go on.
std::shared_ptr<const Graph> scan_body(const Graph& body, std::size_t carried) {
  Graph graph(body.name());
  std::vector<Value> inputs(body.inputs().size());
  const auto declare = [&](std::size_t i) {
    const Node& input = body.nodes()[body.inputs()[i]];
    inputs[i] = graph.input(name_of(input), input.results[0]);
  };
  for (std::size_t i = 1; i <= carried; ++i) declare(i);
  declare(0);
  for (std::size_t i = carried + 1; i < inputs.size(); ++i) declare(i);
  const std::vector<Value> outputs = inline_graph(graph, body, inputs);
  for (std::size_t i = 1; i < outputs.size(); ++i) graph.output(body.outputs()[i].name, outputs[i]);
  return std::make_shared<const Graph>(std::move(graph));
}
}  // namespace

std::optional<std::vector<Value>> as_scan(const Node& loop, std::span<const Value> inputs,
                                          const Graph& body) {
  const auto turns = known_turns(inputs, body);
  if (!turns) return std::nullopt;
  Graph& graph = inputs[0].graph();
  const std::int64_t carried = loop.attrs.integer("carried");
  std::vector<Value> handed(inputs.begin() + kLoopInputs, inputs.end());
  handed.insert(handed.begin() + carried, graph.constant(counted_to(*turns)));
  return graph.emit(Op::scan, handed, {{"carried", carried}, {"scanned", std::int64_t{1}}},
                    {scan_body(body, static_cast<std::size_t>(carried))});
}

}  // namespace tenon
