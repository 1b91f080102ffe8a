#include "onnx/known.h"

#include <algorithm>
#include <array>

#include "ir/check.h"
#include "op/evaluate.h"
#include "tenon/op.h"

namespace tenon::onnx {

namespace {
constexpr std::int64_t kLargest = 4096;  // elements: more than any shape has
constexpr std::size_t kEntryBytes = 200;

bool is_small(const Type& type) {
  return type.concrete() &&
         std::ranges::none_of(type.dims, [](Dim dim) { return dim.constant() > kLargest; }) &&
         type.size() <= kLargest;
}
bool may_be_small(const Type& type) { return !type.concrete() || is_small(type); }

// Of work that its results' sizes bound.
bool can_evaluate(const Node& node) {
  constexpr std::array<std::string_view, 5> kFamilies = {"element-wise", "movement", "shape", "indexing",
                                                         "reduction"};
  const OpDef& def = definition(node.op);
  const bool computes = def.kernel || def.decompose;
  const bool has_source = !node.inputs.empty() || node.op == Op::iota;
  return computes && has_source && std::ranges::find(kFamilies, def.family) != kFamilies.end();
}

bool says_shape(const Graph& graph, const Node& node) {
  return node.op == Op::shape_of && graph.type(node.inputs[0]).concrete();
}
}  // namespace

// A chain of arithmetic is walked from its end without recursion, as it may be long; each step of it is
// remembered.
std::optional<Tensor> Known::find(Ref wanted) {
  std::vector<Ref> waiting{wanted};
  while (!waiting.empty()) {
    const Ref next = waiting.back();
    if (!found_.contains(next)) {
      if (const auto input = find_open_input(next)) {
        waiting.push_back(*input);
        continue;
      }
      budget_.take(kEntryBytes);
      found_[next] = compute(next);
    }
    waiting.pop_back();
  }
  return found_[wanted];
}

// An input that must be looked at before the value itself can be: none where one is known to be unknown.
std::optional<Ref> Known::find_open_input(Ref ref) const {
  const Node& node = graph_.node(ref);
  if (!can_evaluate(node) || says_shape(graph_, node) || !may_be_small(graph_.type(ref))) return std::nullopt;
  std::optional<Ref> open;
  for (const Ref input : node.inputs) {
    const auto found = found_.find(input);
    if (found != found_.end() && !found->second) return std::nullopt;
    if (!may_be_small(graph_.type(input))) return std::nullopt;
    if (found == found_.end() && !open) open = input;
  }
  return open;
}

std::optional<Tensor> Known::compute(Ref ref) {
  const Node& node = graph_.node(ref);
  if (node.op == Op::constant) return node.attrs.tensor("value");
  if (says_shape(graph_, node)) {
    const Shape shape = graph_.type(node.inputs[0]).shape();
    return Tensor::of<std::int64_t>({static_cast<std::int64_t>(shape.size())}, shape);
  }
  if (!can_evaluate(node) || !may_be_small(graph_.type(ref))) return std::nullopt;
  return evaluate_small(node, ref.result);
}

std::optional<Tensor> Known::evaluate_small(const Node& node, std::uint32_t result) {
  Graph alone;
  Node copy = node;
  std::vector<Tensor> inputs;
  for (Ref& input : copy.inputs) {
    const auto found = found_.find(input);
    if (found == found_.end() || !found->second || found->second->size() > kLargest) return std::nullopt;
    inputs.push_back(*found->second);
    input = alone.constant(inputs.back()).ref();
  }
  const std::vector<Type> types = infer_types(alone, copy);
  if (!std::ranges::all_of(types, is_small)) return std::nullopt;
  std::vector<Tensor> results = evaluate_node(node, inputs);
  budget_.take(results[result].bytes());
  return std::move(results[result]);
}

}  // namespace tenon::onnx
