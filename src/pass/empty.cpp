#include "pass/empty.h"

#include <algorithm>

#include "op/evaluate.h"
#include "pass/rewrite.h"

namespace tenon {

namespace {
using Results = std::optional<std::vector<Value>>;

bool is_leaf(const Node& node) {
  return node.op == Op::input || node.op == Op::state || node.op == Op::constant;
}

bool is_empty(const Type& type) { return type.size() == 0; }

Results constants(Graph& graph, const std::vector<Tensor>& tensors) {
  std::vector<Value> values;
  for (const Tensor& tensor : tensors) values.push_back(graph.constant(tensor));
  return values;
}

std::vector<Tensor> empty_tensors(const std::vector<Type>& types) {
  std::vector<Tensor> tensors;
  for (const Type& type : types) tensors.push_back(Tensor::zeros(type.dtype, type.shape()));
  return tensors;
}

std::vector<Type> types_of(std::span<const Value> values) {
  std::vector<Type> types;
  for (const Value& value : values) types.push_back(value.type());
  return types;
}

// The parts that hold something; the others say nothing about the result.
Results concat_of_the_rest(Rewrite& rewrite, const Node& node, std::span<const Value> inputs) {
  std::vector<Value> rest;
  std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(rest),
               [](const Value& part) { return !is_empty(part.type()); });
  if (node.op != Op::concat || rest.size() == inputs.size()) return std::nullopt;
  return rewrite.copy(node, rest);
}
}  // namespace

Graph fold_empty(const Graph& graph) {
  return Rewrite::apply(
      graph, [](Rewrite& rewrite, const Node& node, std::span<const Value> inputs) -> Results {
        const OpDef& def = definition(node.op);
        if (is_leaf(node) || def.effects) return std::nullopt;
        if (std::all_of(node.results.begin(), node.results.end(), is_empty))
          return constants(rewrite.to(), empty_tensors(node.results));
        const std::vector<Type> types = types_of(inputs);
        if (!types.empty() && !def.random && std::all_of(types.begin(), types.end(), is_empty))
          return constants(rewrite.to(), evaluate_node(node, empty_tensors(types)));
        return concat_of_the_rest(rewrite, node, inputs);
      });
}

}  // namespace tenon
