#include "ir/operands.h"

#include <algorithm>

#include "ir/types.h"

namespace tenon {

namespace {
AttrKind kind_of(const OpDef& def, const std::string& name) {
  return std::ranges::find(def.attrs, name, &AttrSpec::name)->kind;
}

bool fits(AttrKind kind, const Type& type) {
  if (type.dtype != DType::i64) return false;
  const Type vector{DType::i64, {kind == AttrKind::ints ? Dim::unknown() : Dim(1)}};
  return compatible(type, vector) || (kind == AttrKind::integer && compatible(type, {DType::i64, {}}));
}

AttrValue value_of(AttrKind kind, const Tensor& operand) {
  const std::span<const std::int64_t> numbers = operand.as<std::int64_t>();
  if (kind == AttrKind::integer) return numbers[0];
  return Ints(numbers.begin(), numbers.end());
}
}  // namespace

bool has_operands(const OpDef& def, std::size_t inputs) {
  return !def.operands.empty() && inputs == static_cast<std::size_t>(def.max_inputs) + def.operands.size();
}

std::size_t count_data_inputs(const OpDef& def, std::size_t inputs) {
  return has_operands(def, inputs) ? inputs - def.operands.size() : inputs;
}

void check_operands(const OpDef& def, std::span<const Type> inputs) {
  const std::size_t first = inputs.size() - def.operands.size();
  for (std::size_t i = 0; i < def.operands.size(); ++i) {
    const AttrKind kind = kind_of(def, def.operands[i]);
    require(fits(kind, inputs[first + i]), def.name, ": the operand '", def.operands[i], "' must be ",
            kind == AttrKind::ints ? "a vector of i64" : "one i64 number", ", not ", inputs[first + i]);
  }
}

std::optional<Attrs> known_attrs(const OpDef& def, const Attrs& attrs, std::span<const Tensor> values) {
  const auto operands = values.last(def.operands.size());
  if (!std::ranges::all_of(operands, &Tensor::defined)) return std::nullopt;
  Attrs known = attrs;
  for (std::size_t i = 0; i < operands.size(); ++i)
    known.set(def.operands[i], value_of(kind_of(def, def.operands[i]), operands[i]));
  return known;
}

Node settled(const Node& node, std::span<const Tensor> inputs) {
  const OpDef& def = definition(node.op);
  std::vector<Type> types;
  for (const Tensor& input : inputs) types.push_back(Type::of(input));
  check_operands(def, types);
  Node result = node;
  result.attrs = *known_attrs(def, node.attrs, inputs);
  result.inputs.resize(count_data_inputs(def, node.inputs.size()));
  return result;
}

}  // namespace tenon
