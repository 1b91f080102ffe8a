#include "ir/check.h"

#include <algorithm>

namespace tenon {

namespace {
constexpr std::string_view kKindNames[] = {"an integer",      "a number", "a flag",  "a text",
                                           "an element type", "integers", "numbers", "a tensor"};

std::string arity_of(const OpDef& def) {
  if (def.max_inputs < 0) return cat(def.min_inputs, " or more");
  return def.max_inputs == def.min_inputs ? cat(def.min_inputs) : cat(def.min_inputs, " to ", def.max_inputs);
}
}  // namespace

Attrs complete_attrs(const OpDef& def, const Attrs& given) {
  for (const auto& [name, value] : given)
    require(std::any_of(def.attrs.begin(), def.attrs.end(),
                        [&](const AttrSpec& spec) { return spec.name == name; }),
            def.name, ": there is no attribute '", name, "'");
  Attrs attrs;
  for (const AttrSpec& spec : def.attrs) {
    const AttrValue* value = given.find(spec.name);
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
  require(count >= def.min_inputs && (def.max_inputs < 0 || count <= def.max_inputs), def.name, ": ", count,
          " inputs, but it takes ", arity_of(def));
  require(static_cast<int>(bodies) == def.bodies, def.name, ": ", bodies, " bodies, but it takes ",
          def.bodies);
}

std::vector<Type> infer_types(const Graph& graph, const Node& node) {
  const OpDef& def = definition(node.op);
  std::vector<Type> types;
  std::vector<Tensor> values;
  for (const Ref input : node.inputs) {
    const Node& source = graph.node(input);
    types.push_back(graph.type(input));
    values.push_back(source.op == Op::constant ? source.attrs.tensor("value") : Tensor());
  }
  std::vector<Type> results = def.infer({def, node.attrs, types, node.bodies, values, node.label});
  for (const Type& type : results)
    require(type.rank() <= kMaxRank, describe(node), ": a result of rank ", type.rank(), " is more than the ",
            kMaxRank, " axes a tensor may have");
  return results;
}

}  // namespace tenon
