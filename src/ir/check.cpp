#include "ir/check.h"

#include <algorithm>

#include "ir/operands.h"

namespace tenon {

namespace {
constexpr std::string_view kKindNames[] = {"an integer",      "a number", "a flag",  "a text",
                                           "an element type", "integers", "numbers", "a tensor"};

std::string arity_of(const OpDef& def) {
  if (def.max_inputs < 0) return cat(def.min_inputs, " or more");
  return def.max_inputs == def.min_inputs ? cat(def.min_inputs) : cat(def.min_inputs, " to ", def.max_inputs);
}

Tensor value_of(const Graph& graph, Ref ref) {
  const Node& source = graph.node(ref);
  return source.op == Op::constant ? source.attrs.tensor("value") : Tensor();
}

std::vector<Tensor> values_of(const Graph& graph, const Node& node) {
  std::vector<Tensor> values;
  for (const Ref input : node.inputs) values.push_back(value_of(graph, input));
  return values;
}

std::vector<Type> apply_rule(const OpDef& def, const Node& node, std::span<const Type> types,
                             std::span<const Tensor> values) {
  if (!has_operands(def, types.size()))
    return def.infer({def, node.attrs, types, node.bodies, values, node.label});
  check_operands(def, types);
  const std::optional<Attrs> known = known_attrs(def, node.attrs, values);
  if (!known) return def.infer_open({def, node.attrs, types, node.bodies, values, node.label});
  const std::size_t data = count_data_inputs(def, types.size());
  return def.infer({def, *known, types.first(data), node.bodies, values.first(data), node.label});
}
}  // namespace

Attrs complete_attrs(const OpDef& def, const Attrs& given, std::size_t inputs) {
  const auto is_operand = [&](const AttrSpec& spec) {
    return has_operands(def, inputs) && std::ranges::find(def.operands, spec.name) != def.operands.end();
  };
  for (const auto& [name, value] : given)
    require(std::any_of(def.attrs.begin(), def.attrs.end(),
                        [&](const AttrSpec& spec) { return spec.name == name; }),
            def.name, ": there is no attribute '", name, "'");
  Attrs attrs;
  for (const AttrSpec& spec : def.attrs) {
    const AttrValue* value = given.find(spec.name);
    if (is_operand(spec)) {
      require(!value, def.name, ": '", spec.name, "' is given twice, as an attribute and as an input");
      continue;
    }
    if (!value && spec.fallback) value = &*spec.fallback;
    if (!value && spec.optional) continue;
    require(value, def.name, ": attribute '", spec.name, "' is missing");
    require(value->index() == static_cast<std::size_t>(spec.kind), def.name, ": attribute '", spec.name,
            "' must be ", kKindNames[static_cast<std::size_t>(spec.kind)]);
    attrs.set(spec.name, *value);
  }
  return attrs;
}

void check_arity(const OpDef& def, std::size_t inputs, std::size_t bodies) {
  const auto count = static_cast<int>(inputs);
  const bool fits = count >= def.min_inputs && (def.max_inputs < 0 || count <= def.max_inputs);
  require(fits || has_operands(def, inputs), def.name, ": ", count, " inputs, but it takes ", arity_of(def));
  require(static_cast<int>(bodies) == def.bodies, def.name, ": ", bodies, " bodies, but it takes ",
          def.bodies);
}

std::vector<Type> infer_types(const Graph& graph, const Node& node) {
  std::vector<Type> types;
  for (const Ref input : node.inputs) types.push_back(graph.type(input));
  std::vector<Type> results = apply_rule(definition(node.op), node, types, values_of(graph, node));
  for (const Type& type : results)
    require(type.rank() <= kMaxRank, describe(node), ": a result of rank ", type.rank(), " is more than the ",
            kMaxRank, " axes a tensor may have");
  return results;
}

void settle_operands(const Graph& graph, Node& node) {
  const OpDef& def = definition(node.op);
  if (!has_operands(def, node.inputs.size())) return;
  std::vector<Type> types;
  for (const Ref input : node.inputs) types.push_back(graph.type(input));
  check_operands(def, types);
  std::optional<Attrs> known = known_attrs(def, node.attrs, values_of(graph, node));
  if (!known) return;
  node.attrs = std::move(*known);
  node.inputs.resize(count_data_inputs(def, node.inputs.size()));
}

}  // namespace tenon
