#include "codegen/lower.h"

#include <set>
#include <stdexcept>

#include "codegen/lower_emit.h"
#include "codegen/lower_order.h"
#include "codegen/lower_prepare.h"
#include "codegen/lower_schedule.h"
#include "codegen/lower_stage.h"

namespace tenon::codegen {

namespace {
void check(const Graph& body, const LowerOptions& options) {
  for (const Node& node : body.nodes())
    if (node.op != Op::input && !can_lower(node))
      throw std::logic_error(cat("generated loops do not cover ", describe(node)));
  for (const InPlace& pair : options.in_place) {
    const Type& input = body.nodes()[body.inputs().at(pair.input)].results[0];
    const Type& output = body.type(body.outputs().at(pair.output).ref);
    if (input != output)
      throw std::logic_error(cat("output ", pair.output, ", ", output, ", cannot be in place of input ",
                                 pair.input, ", ", input));
  }
}

struct Attempt {
  Kernel kernel;
  std::set<std::uint32_t> unsafe;  // outputs that overwrite an input too early; where there are any, the
                                   // kernel is none
};

Attempt attempt(const Graph& body, const LowerOptions& options, const std::set<std::uint32_t>& copied) {
  const Prepared prepared = prepare(body, copied, options.lanes);
  const Graph& graph = prepared.graph;
  Positions positions;
  Stages stages = choose_stages(graph, prepared.kept);
  analyse(graph, stages, positions);
  if (auto unsafe = read_elsewhere(graph, stages, options.in_place); !unsafe.empty())
    return {{}, std::move(unsafe)};
  auto depends = dependencies(graph, stages, {options.in_place, copied});
  const Order order = order_stages(graph, stages, depends);
  if (order.circle)
    for (std::uint32_t i = 0; i < graph.outputs().size(); ++i)
      if (stages.of(graph.outputs()[i].ref) == *order.circle) return {{}, {i}};
  Tree tree = fuse(stages, order.stages, std::move(depends), positions, options.lanes);
  merge_loops(tree, stages, positions);
  schedule_loops(tree, stages, positions, options.lanes);
  Kernel kernel = emit(graph, stages, tree, options);
  auto unsafe = read_too_late(kernel);
  return {std::move(kernel), std::move(unsafe)};
}

// A single node as the body of a group.
Graph alone(const Graph& graph, const Node& node) {
  Graph body("body");
  Node moved = node;
  for (std::uint32_t i = 0; i < node.inputs.size(); ++i)
    moved.inputs[i] = body.input(cat("i", i), graph.type(node.inputs[i])).ref();
  const std::uint32_t id = body.append(std::move(moved));
  for (std::uint32_t i = 0; i < node.results.size(); ++i) body.output(cat("o", i), body.value({id, i}));
  return body;
}
}  // namespace

Kernel lower(const Graph& body, const LowerOptions& options) {
  check(body, options);
  std::set<std::uint32_t> copied;
  while (true) {
    Attempt result = attempt(body, options, copied);
    if (result.unsafe.empty()) return std::move(result.kernel);
    const std::size_t before = copied.size();
    copied.merge(result.unsafe);
    if (copied.size() == before)
      throw std::logic_error(cat("'", options.name, "' overwrites an input too early"));
  }
}

Kernel lower_node(const Graph& lowered, const Node& node, LowerOptions options) {
  options.in_place.clear();
  if (node.op != Op::fused) return lower(alone(lowered, node), options);
  const Ints& pairs = node.attrs.ints("in_place");
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
    options.in_place.push_back(
        {static_cast<std::uint32_t>(pairs[i + 1]), static_cast<std::uint32_t>(pairs[i])});
  return lower(*node.bodies[0], options);
}

}  // namespace tenon::codegen
