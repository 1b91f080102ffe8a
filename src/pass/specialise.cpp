#include "pass/specialise.h"

#include <algorithm>

#include "ir/check.h"
#include "ir/operands.h"
#include "op/bodies.h"
#include "op/evaluate.h"
#include "pass/rewrite.h"

namespace tenon {

namespace {
using Results = std::optional<std::vector<Value>>;
constexpr std::int64_t kFoldedElements =
    1024;  // shape arithmetic is small; larger constants are the fold pass's

bool is_constant(Value value) { return value.graph().node(value.ref()).op == Op::constant; }
const Tensor& tensor_of(Value value) { return value.graph().node(value.ref()).attrs.tensor("value"); }

Value broadcast_to(Value value, const Shape& shape) {
  if (value.type().shape() == shape) return value;
  return value.graph().emit1(Op::broadcast_to, {value}, {{"shape", shape}});
}

Type bound_type(const Node& node, const std::map<std::string, Type>& inputs) {
  const Type& written = node.results[0];
  const auto found = inputs.find(name_of(node));
  if (found == inputs.end()) {
    require(written.concrete(), "input '", name_of(node), "' is ", written, ": its shape must be given");
    return written;
  }
  const Type& given = found->second;
  const auto fits = [](Dim want, Dim have) { return !want.is_constant() || want == have; };
  require(given.concrete() && given.dtype == written.dtype &&
              (!written.ranked || std::equal(written.dims.begin(), written.dims.end(), given.dims.begin(),
                                             given.dims.end(), fits)),
          "input '", name_of(node), "' is ", written, ", but it was given ", given);
  return given;
}

// sum_to_like: over the axes that were stretched, then without the leading ones.
Value sum_to(Value value, const Shape& to) {
  const Shape from = value.type().shape();
  if (from == to) return value;
  const std::size_t lead = from.size() - to.size();
  Ints axes;
  for (std::size_t i = 0; i < from.size(); ++i)
    if (i < lead || (to[i - lead] == 1 && from[i] != 1)) axes.push_back(static_cast<std::int64_t>(i));
  Graph& graph = value.graph();
  if (!axes.empty()) value = graph.emit1(Op::reduce_sum, {value}, {{"axes", axes}, {"keep", true}});
  return value.type().shape() == to
             ? value
             : graph.emit1(Op::reshape, {value}, {{"shape", to}, {"zero_copies", false}});
}

bool foldable(const Node& node, std::span<const Value> inputs) {
  const OpDef& def = definition(node.op);
  return !inputs.empty() && def.kernel && node.bodies.empty() && !def.random && !def.effects &&
         std::all_of(inputs.begin(), inputs.end(), [](const Value& input) {
           return is_constant(input) && !is_float(input.dtype()) &&
                  tensor_of(input).size() <= kFoldedElements;
         });
}

std::vector<Value> fold(Rewrite& rewrite, const Node& node, std::span<const Value> inputs) {
  std::vector<Tensor> tensors;
  for (const Value& input : inputs) tensors.push_back(tensor_of(input));
  std::vector<Value> results;
  for (const Tensor& tensor : evaluate_node(node, tensors)) results.push_back(rewrite.to().constant(tensor));
  return results;
}

std::vector<Value> explicit_broadcast(Rewrite& rewrite, const Node& node, std::span<const Value> inputs) {
  Shape shape;
  for (const Value& input : inputs) {
    const Shape& other = input.type().shape();
    if (other.size() > shape.size()) shape.insert(shape.begin(), other.size() - shape.size(), 1);
    const std::size_t lead = shape.size() - other.size();
    for (std::size_t i = 0; i < other.size(); ++i)
      if (shape[lead + i] == 1) shape[lead + i] = other[i];
  }
  std::vector<Value> widened;
  for (const Value& input : inputs) widened.push_back(broadcast_to(input, shape));
  return rewrite.copy(node, widened);
}

std::vector<Type> types_of(std::span<const Value> values) {
  std::vector<Type> types;
  for (const Value& value : values) types.push_back(value.type());
  return types;
}

// The input that says the shape of the result, alike or as an operand.
std::optional<std::size_t> shape_input_of(const Node& node) {
  const OpDef& def = definition(node.op);
  const std::size_t count = node.inputs.size();
  if (has_operands(def, count) && def.operands[0] == "shape") return count_data_inputs(def, count);
  const auto shape_input = static_cast<std::size_t>(def.shape_input);
  return def.shape_input >= 0 && count > shape_input ? std::optional(shape_input) : std::nullopt;
}

// An op that takes its result's shape as an input, once that is known, has it as its attribute.
Results with_known_shape(Rewrite& rewrite, const Node& node, std::span<const Value> inputs) {
  const auto shape_input = shape_input_of(node);
  if (!shape_input) return std::nullopt;
  Node rewritten = node;
  for (std::size_t i = 0; i < inputs.size(); ++i) rewritten.inputs[i] = inputs[i].ref();
  const Type result = infer_types(rewrite.to(), rewritten)[0];
  if (!result.concrete()) return std::nullopt;
  if (node.op == Op::broadcast_to) return {{broadcast_to(inputs[0], result.shape())}};
  const Shape shape = result.shape();
  rewritten.attrs.set("shape", shape);
  if (node.op == Op::reshape && element_count(shape) == 0) rewritten.attrs.set("zero_copies", false);
  std::vector<Value> others(inputs.begin(), inputs.end());
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(*shape_input));
  return rewrite.copy(rewritten, others);
}

// Bodies are programs of their own, whose inputs are of the types that the node hands them.
Results with_typed_bodies(Rewrite& rewrite, const Node& node, std::span<const Value> inputs) {
  Node typed = node;
  const std::vector<Type> handed = body_input_types(node.op, node.attrs, types_of(inputs));
  for (auto& body : typed.bodies) {
    std::map<std::string, Type> types;
    for (std::size_t i = 0; i < handed.size(); ++i)
      types.emplace(name_of(body->nodes()[body->inputs()[i]]), handed[i]);
    body = std::make_shared<const Graph>(specialise(*body, types));
  }
  return rewrite.copy(typed, inputs);
}

Results specialise_node(Rewrite& rewrite, const Node& node, std::span<const Value> inputs) {
  switch (node.op) {
    case Op::shape_of:
      return {
          {rewrite.to().constant(Tensor::of<std::int64_t>({inputs[0].rank()}, inputs[0].type().shape()))}};
    case Op::sum_to_like:
      return {{sum_to(inputs[0], inputs[1].type().shape())}};
    case Op::expand_like:
      return {{broadcast_to(inputs[0], inputs[1].type().shape())}};
    default:
      break;
  }
  if (!node.bodies.empty()) return with_typed_bodies(rewrite, node, inputs);
  if (foldable(node, inputs)) return fold(rewrite, node, inputs);
  if (auto known = with_known_shape(rewrite, node, inputs)) return known;
  if (definition(node.op).elementwise) return explicit_broadcast(rewrite, node, inputs);
  return std::nullopt;
}
}  // namespace

Graph specialise(const Graph& source, const std::map<std::string, Type>& inputs) {
  for (const auto& [name, type] : inputs)
    require(source.find_input(name).has_value(), "the program has no input named '", name, "'");
  Graph typed = Rewrite::apply(
      source, [&](Rewrite& rewrite, const Node& node, std::span<const Value> values) -> Results {
        if (node.op == Op::input) return {{rewrite.to().input(name_of(node), bound_type(node, inputs))}};
        return specialise_node(rewrite, node, values);
      });
  for (const Node& node : typed.nodes())
    for (const Type& type : node.results)
      require(type.concrete(), describe(node), ": its type is ", type,
              " although every input's shape is known: its shape depends on data");
  return typed;
}

}  // namespace tenon
