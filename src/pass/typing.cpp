#include "pass/typing.h"

#include <algorithm>

#include "ir/check.h"
#include "ir/operands.h"
#include "op/evaluate.h"

namespace tenon {

namespace {
using Results = std::optional<std::vector<Value>>;
constexpr std::int64_t kFoldedElements = 1024;  // what plans are made of is small

const Tensor& tensor_of(Value value) { return value.graph().node(value.ref()).attrs.tensor("value"); }

std::vector<Value> copy_node(Graph& to, const Node& node, std::span<const Value> inputs) {
  return to.emit(node.op, inputs, node.attrs, node.bodies);
}

Value broadcast_to(Value value, const Shape& shape) {
  if (value.type().shape() == shape) return value;
  return value.graph().emit1(Op::broadcast_to, {value}, {{"shape", shape}});
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

bool takes_folding(const Node& node, std::span<const Value> inputs, bool for_planning) {
  const OpDef& def = definition(node.op);
  return !inputs.empty() && def.kernel && node.bodies.empty() && !def.random && !def.effects &&
         std::ranges::all_of(inputs, [&](const Value& input) {
           return is_constant(input) && (for_planning || !is_float(input.dtype())) &&
                  tensor_of(input).size() <= kFoldedElements;
         });
}

bool is_small(const Type& type) { return !type.concrete() || type.size() <= kFoldedElements; }

std::vector<Value> explicit_broadcast(Graph& to, const Node& node, std::span<const Value> inputs) {
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
  return copy_node(to, node, widened);
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
Results with_known_shape(Graph& to, const Node& node, std::span<const Value> inputs) {
  const auto shape_input = shape_input_of(node);
  if (!shape_input) return std::nullopt;
  Node rewritten = node;
  for (std::size_t i = 0; i < inputs.size(); ++i) rewritten.inputs[i] = inputs[i].ref();
  const Type result = infer_types(to, rewritten)[0];
  if (!result.concrete()) return std::nullopt;
  if (node.op == Op::broadcast_to) return {{broadcast_to(inputs[0], result.shape())}};
  const Shape shape = result.shape();
  rewritten.attrs.set("shape", shape);
  if (node.op == Op::reshape && element_count(shape) == 0) rewritten.attrs.set("zero_copies", false);
  std::vector<Value> others(inputs.begin(), inputs.end());
  others.erase(others.begin() + static_cast<std::ptrdiff_t>(*shape_input));
  return copy_node(to, rewritten, others);
}

}  // namespace

bool is_constant(Value value) { return value.graph().node(value.ref()).op == Op::constant; }

Results fold_node(Graph& to, const Node& node, std::span<const Value> inputs, bool for_planning) {
  if (!takes_folding(node, inputs, for_planning)) return std::nullopt;
  Node probe = node;
  for (std::size_t i = 0; i < inputs.size(); ++i) probe.inputs[i] = inputs[i].ref();
  if (!std::ranges::all_of(infer_types(to, probe), is_small)) return std::nullopt;
  std::vector<Tensor> tensors;
  for (const Value& input : inputs) tensors.push_back(tensor_of(input));
  std::vector<Value> results;
  for (const Tensor& tensor : evaluate_node(node, tensors)) results.push_back(to.constant(tensor));
  return results;
}

std::vector<Value> type_node(Graph& to, const Node& node, std::span<const Value> inputs) {
  switch (node.op) {
    case Op::shape_of:
      return {to.constant(Tensor::of<std::int64_t>({inputs[0].rank()}, inputs[0].type().shape()))};
    case Op::sum_to_like:
      return {sum_to(inputs[0], inputs[1].type().shape())};
    case Op::expand_like:
      return {broadcast_to(inputs[0], inputs[1].type().shape())};
    default:
      break;
  }
  if (auto known = with_known_shape(to, node, inputs)) return std::move(*known);
  if (definition(node.op).elementwise) return explicit_broadcast(to, node, inputs);
  return copy_node(to, node, inputs);
}

}  // namespace tenon
