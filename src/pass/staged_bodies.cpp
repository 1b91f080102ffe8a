#include "pass/staged_bodies.h"

#include <algorithm>

#include "op/bodies.h"
#include "pass/rewrite.h"
#include "pass/staging.h"
#include "pass/typing.h"

namespace tenon {

namespace {
std::vector<Type> types_of(std::span<const Value> values) {
  std::vector<Type> types;
  for (const Value& value : values) types.push_back(value.type());
  return types;
}

std::vector<Type> output_types(const Graph& graph) {
  std::vector<Type> types;
  for (const NamedRef& output : graph.outputs()) types.push_back(graph.type(output.ref));
  return types;
}

const std::string& input_name(const Graph& body, std::size_t i) {
  return name_of(body.nodes()[body.inputs()[i]]);
}

// Captured constants that the body's shapes depend on.
std::map<std::string, Tensor> known_values(const Node& node, const Graph& body,
                                           std::span<const Value> inputs) {
  std::map<std::string, Tensor> known;
  const std::vector<std::string> wanted = planning_inputs(body);
  const std::size_t shift = node.op == Op::scan ? 0 : 1;  // from an input of the body to the node's
  for (std::size_t i = first_captured(node); i < body.inputs().size(); ++i)
    if (is_constant(inputs[i + shift]) && std::ranges::find(wanted, input_name(body, i)) != wanted.end())
      known.emplace(input_name(body, i), node_of(inputs[i + shift]).attrs.tensor("value"));
  return known;
}

Stage staged(const Node& node, const Graph& body, std::span<const Value> inputs) {
  const std::vector<Type> handed = body_input_types(node.op, node.attrs, types_of(inputs));
  std::map<std::string, Type> types;
  for (std::size_t i = 0; i < handed.size(); ++i) types.emplace(input_name(body, i), handed[i]);
  return first_stage(body, types, known_values(node, body, inputs));
}

// What is carried has one shape before, between and after the turns.
bool keeps_shapes(const Node& node, const Graph& body, std::span<const Value> inputs) {
  const bool is_loop = node.op == Op::loop;
  const auto carried = static_cast<std::size_t>(node.attrs.integer("carried"));
  const std::vector<Type> before = types_of(inputs.subspan(is_loop ? kLoopInputs : 0, carried));
  const std::vector<Type> after = output_types(body);
  const std::size_t first = is_loop ? 1 : 0;
  return std::ranges::equal(before, std::span(after).subspan(first, carried));
}
// The inputs stay, but nothing reads those whose values are known.
Graph with_values(const Graph& body, const std::map<std::string, Tensor>& known) {
  using Results = std::optional<std::vector<Value>>;
  return Rewrite::apply(body, [&](Rewrite& rewrite, const Node& node, std::span<const Value>) -> Results {
    if (node.op != Op::input || !known.contains(name_of(node))) return std::nullopt;
    rewrite.to().input(name_of(node), node.results[0]);
    return {{rewrite.to().constant(known.at(name_of(node)))}};
  });
}
}  // namespace

std::vector<std::shared_ptr<const Graph>> told_bodies(const Node& node, std::span<const Value> inputs) {
  std::vector<std::shared_ptr<const Graph>> bodies;
  for (const auto& body : node.bodies) {
    const auto known = known_values(node, *body, inputs);
    bodies.push_back(known.empty() ? body : std::make_shared<const Graph>(with_values(*body, known)));
  }
  return bodies;
}

std::vector<std::shared_ptr<const Graph>> typed_bodies(const Node& node, std::span<const Value> inputs) {
  std::vector<std::shared_ptr<const Graph>> bodies;
  for (const auto& body : node.bodies) {
    Stage stage = staged(node, *body, inputs);
    if (!stage.whole()) return {};
    bodies.push_back(std::make_shared<const Graph>(std::move(stage.now)));
  }
  const bool settled = node.op == Op::if_else ? output_types(*bodies[0]) == output_types(*bodies[1])
                                              : keeps_shapes(node, *bodies[0], inputs);
  if (!settled) bodies.clear();
  return bodies;
}

}  // namespace tenon
