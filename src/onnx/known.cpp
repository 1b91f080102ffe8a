#include "onnx/known.h"

#include "op/evaluate.h"
#include "tenon/op.h"

namespace tenon::onnx {

namespace {
constexpr std::int64_t kLargest = 4096;  // elements: more than any shape has

bool is_small(const Type& type) { return !type.concrete() || type.size() <= kLargest; }

bool can_evaluate(const Node& node) {
  const OpDef& def = definition(node.op);
  const bool computes = def.kernel || def.decompose;
  const bool has_source = !node.inputs.empty() || node.op == Op::iota;
  return computes && has_source && node.bodies.empty() && !def.random && !def.effects;
}
}  // namespace

std::optional<Tensor> Known::find(Value value) {
  const Key key{&value.graph(), value.ref()};
  if (const auto found = found_.find(key); found != found_.end()) return found->second;
  const std::optional<Tensor> computed = compute(value);
  found_[key] = computed;
  return computed;
}

// A chain of arithmetic is walked from its end, and each step of it is remembered.
std::optional<Tensor> Known::compute(Value value) {
  const Graph& graph = value.graph();
  const Node& node = graph.node(value.ref());
  if (node.op == Op::constant) return node.attrs.tensor("value");
  if (node.op == Op::shape_of && graph.type(node.inputs[0]).concrete()) {
    const Shape shape = graph.type(node.inputs[0]).shape();
    return Tensor::of<std::int64_t>({static_cast<std::int64_t>(shape.size())}, shape);
  }
  if (!can_evaluate(node) || !is_small(value.type())) return std::nullopt;
  std::vector<Tensor> inputs;
  for (const Ref input : node.inputs) {
    const auto known = is_small(graph.type(input)) ? find({value.graph(), input}) : std::nullopt;
    if (!known || known->size() > kLargest) return std::nullopt;
    inputs.push_back(*known);
  }
  return evaluate_node(node, inputs)[value.ref().result];
}

}  // namespace tenon::onnx
