#include "onnx/call.h"

#include <algorithm>

#include "onnx/importing.h"

namespace tenon::onnx {

namespace {
Ints integers_of(const Tensor& tensor) {
  const Tensor wide = tensor.cast(DType::i64);
  const auto values = wide.as<std::int64_t>();
  return {values.begin(), values.end()};
}
}  // namespace

std::int64_t Call::opset() const {
  const auto found = scope_.opsets().find(node_.domain);
  return found == scope_.opsets().end() ? 1 : found->second;
}

Item Call::item(std::size_t input) const {
  require(has(input), "input ", input, " is missing");
  const Item item = scope_.find(node_.inputs[input]);
  require(item.defined(), "its input '", node_.inputs[input], "' is nowhere made");
  return item;
}

Value Call::input(std::size_t input) const {
  const Item found = item(input);
  require(found.value.defined(), "its input '", node_.inputs[input], "' is a sequence");
  return found.value;
}

Value Call::input_or(std::size_t input) const { return has(input) ? this->input(input) : Value(); }

std::vector<Value> Call::inputs() const {
  std::vector<Value> values;
  for (std::size_t i = 0; i < input_count(); ++i) values.push_back(input(i));
  return values;
}

std::optional<Tensor> Call::known(std::size_t input) const {
  return has(input) ? known(this->input(input)) : std::nullopt;
}

std::optional<Tensor> Call::known(Value value) const { return scope_.body().known().find(value.ref()); }

Tensor Call::required(std::size_t input, std::string_view what) const {
  const auto tensor = known(input);
  require(tensor.has_value(), "its ", what,
          has(input) ? " is only known when the model runs" : " is missing");
  return *tensor;
}

std::optional<double> Call::known_number(std::size_t input) const {
  const auto tensor = known(input);
  return tensor && tensor->size() == 1 ? std::optional(tensor->number()) : std::nullopt;
}

Operand64 Call::operand(std::size_t input) const {
  if (!has(input)) return {};
  if (const auto tensor = known(input)) return {integers_of(*tensor), {}};
  const Value value = this->input(input);
  return {std::nullopt, value.dtype() == DType::i64 ? value : cast(value, DType::i64)};
}

Operand64 Call::operand(std::string_view attribute, std::size_t input) const {
  return has_attribute(attribute) ? Operand64{ints(attribute), {}} : operand(input);
}

std::optional<Ints> Call::required_ints(std::string_view attribute, std::size_t input) const {
  const Operand64 found = operand(attribute, input);
  require(!found.value.defined(), "its ", attribute, " are only known when the model runs");
  return found.known;
}

const Attribute* Call::attribute(std::string_view name) const {
  const auto found = std::ranges::find(node_.attributes, name, &Attribute::name);
  if (found == node_.attributes.end()) return nullptr;
  return found->refers_to.empty() ? &*found : scope_.argument(found->refers_to);
}

const Attribute* Call::attribute(std::string_view name, AttributeKind kind) const {
  const Attribute* const found = attribute(name);
  const bool fits = !found || found->kind == kind || found->kind == AttributeKind::undefined;
  require(fits, "its attribute '", name, "' is of the wrong kind");
  return found;
}

std::int64_t Call::integer(std::string_view name, std::int64_t fallback) const {
  const Attribute* const found = attribute(name, AttributeKind::integer);
  return found ? found->integer : fallback;
}

std::int64_t Call::integer(std::string_view name) const {
  require(has_attribute(name), "its attribute '", name, "' is missing");
  return integer(name, 0);
}

double Call::number(std::string_view name, double fallback) const {
  const Attribute* const found = attribute(name, AttributeKind::number);
  return found ? found->number : fallback;
}

double Call::number(std::string_view name) const {
  require(has_attribute(name), "its attribute '", name, "' is missing");
  return number(name, 0);
}

std::string Call::text(std::string_view name, std::string_view fallback) const {
  const Attribute* const found = attribute(name, AttributeKind::text);
  return std::string(found ? found->text : fallback);
}

Ints Call::ints(std::string_view name, const Ints& fallback) const {
  const Attribute* const found = attribute(name, AttributeKind::integers);
  return found ? found->integers : fallback;
}

std::vector<double> Call::numbers(std::string_view name) const {
  const Attribute* const found = attribute(name, AttributeKind::numbers);
  return found ? std::vector<double>(found->numbers.begin(), found->numbers.end()) : std::vector<double>();
}

std::vector<std::string> Call::texts(std::string_view name) const {
  const Attribute* const found = attribute(name, AttributeKind::texts);
  return found ? std::vector<std::string>(found->texts.begin(), found->texts.end())
               : std::vector<std::string>();
}

const TensorDef& Call::tensor_attribute(std::string_view name) const {
  const Attribute* const found = attribute(name, AttributeKind::tensor);
  require(found && found->tensor, "its attribute '", name, "' is missing");
  return *found->tensor;
}

Tensor Call::tensor(std::string_view name) const { return scope_.import().decode(tensor_attribute(name)); }

const GraphDef& Call::graph_attribute(std::string_view name) const {
  const Attribute* const found = attribute(name, AttributeKind::graph);
  require(found && found->graph, "its attribute '", name, "' is missing");
  return *found->graph;
}

DType Call::dtype(std::string_view name, DType fallback) const {
  if (!has_attribute(name)) return fallback;
  const auto type = static_cast<std::int32_t>(integer(name));
  const auto dtype = onnx::dtype_of(type);
  require(dtype.has_value(), name_of_element(type), " is not supported");
  const bool is_half_byte = type == static_cast<std::int32_t>(ElementType::u4) ||
                            type == static_cast<std::int32_t>(ElementType::i4);
  require(!is_half_byte, name_of_element(type), " is supported in what the model holds, not for results");
  return *dtype;
}

Value Call::integers(const Ints& values) const {
  return constant(Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values));
}

std::string describe(const NodeDef& node) {
  const std::string op = node.domain.empty() ? std::string(node.op) : cat(node.domain, ".", node.op);
  if (!node.name.empty()) return cat("node '", node.name, "' (", op, ")");
  const bool made = !node.outputs.empty() && !node.outputs[0].empty();
  return made ? cat("the node that makes '", node.outputs[0], "' (", op, ")") : cat("a node (", op, ")");
}

}  // namespace tenon::onnx
