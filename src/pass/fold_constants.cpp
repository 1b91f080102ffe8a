#include "pass/fold_constants.h"

#include <algorithm>
#include <array>

#include "op/evaluate.h"
#include "pass/rewrite.h"

namespace tenon {

namespace {
using Results = std::optional<std::vector<Value>>;
using Inputs = std::span<const Value>;

constexpr std::int64_t kLongest = 1024;  // elements
constexpr std::size_t kMostBytes = std::size_t{1} << 20;

// The constant that a value is, or broadcasts.
std::optional<Tensor> known(Value value) {
  const Node& node = node_of(value);
  if (node.op == Op::constant) return node.attrs.tensor("value");
  if (node.op != Op::broadcast_to || node_of(input_of(value, 0)).op != Op::constant) return std::nullopt;
  if (value.type().size() > kLongest) return std::nullopt;
  return evaluate_node(node, std::array{node_of(input_of(value, 0)).attrs.tensor("value")})[0];
}

bool may_fold(const Node& node) {
  const OpDef& def = definition(node.op);
  const auto is_short = [](const Type& type) { return type.size() <= kLongest; };
  return !node.inputs.empty() && node.op != Op::broadcast_to && node.bodies.empty() && !def.random &&
         !def.effects && std::ranges::all_of(node.results, is_short);
}

class Folder {
 public:
  Results visit(Rewrite& rewrite, const Node& node, Inputs in) {
    if (!may_fold(node)) return std::nullopt;
    std::vector<Tensor> operands;
    for (const Value& input : in) {
      const bool is_short = input.type().size() <= kLongest;
      auto tensor = is_short ? known(input) : std::nullopt;
      if (!tensor) return std::nullopt;
      operands.push_back(*std::move(tensor));
    }
    for (const Type& result : node.results) bytes_ += result.bytes();
    if (bytes_ > kMostBytes) return std::nullopt;
    std::vector<Value> results;
    for (const Tensor& tensor : evaluate_node(node, operands))
      results.push_back(rewrite.to().constant(tensor));
    return results;
  }

 private:
  std::size_t bytes_ = 0;  // of all that was folded
};
}  // namespace

Graph fold_constants(const Graph& typed) {
  Folder folder;
  return Rewrite::apply(
      typed, [&](Rewrite& rewrite, const Node& node, Inputs in) { return folder.visit(rewrite, node, in); });
}

}  // namespace tenon
