#include "op/evaluate.h"

#include <algorithm>

#include "ir/operands.h"
#include "ir/types.h"
#include "tenon/op.h"

namespace tenon {

namespace {
std::vector<Type> types_of(std::span<const Tensor> tensors) {
  std::vector<Type> types;
  for (const Tensor& tensor : tensors) types.push_back(Type::of(tensor));
  return types;
}

std::vector<Tensor> run_body(const Graph& body, std::span<const Tensor> inputs) {
  return evaluate(body, {inputs.begin(), inputs.end()}).outputs;
}

// A composite without a kernel, by what it is made of.
std::vector<Tensor> run_decomposed(const OpDef& def, const Node& node, std::span<const Tensor> inputs) {
  require(static_cast<bool>(def.decompose), describe(node), ": there is no reference kernel to run it with");
  Graph graph(def.name);
  std::vector<Value> arguments;
  for (const Tensor& input : inputs) arguments.push_back(graph.input(cat(arguments.size()), Type::of(input)));
  for (const Value& result : def.decompose({graph, node, arguments})) graph.output("", result);
  return run_body(graph, inputs);
}

void check_results(const Node& node, std::span<const Type> wanted, std::span<const Tensor> results) {
  const bool right = std::equal(wanted.begin(), wanted.end(), results.begin(), results.end(),
                                [](const Type& type, const Tensor& tensor) {
                                  return tensor.defined() && compatible(type, Type::of(tensor));
                                });
  require(right, describe(node), ": its kernel returned ", types_of(results), " where its type rule says ",
          wanted);
}

class Evaluator {
 public:
  Evaluator(const Graph& graph, const std::vector<Tensor>& inputs, const TensorMap& states)
      : graph_(graph), states_(states), results_(graph.nodes().size()) {
    require(inputs.size() == graph.inputs().size(), "program '", graph.name(), "' takes ",
            graph.inputs().size(), " inputs, not ", inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) bind(graph.inputs()[i], inputs[i]);
    count_uses();
  }

  Evaluation run() {
    for (std::uint32_t id = 0; id < results_.size(); ++id)
      if (uses_[id] > 0) run(id);
    return {collect(graph_.outputs()), collect(graph_.updates())};
  }

 private:
  void bind(std::uint32_t id, const Tensor& tensor) {
    const Node& leaf = graph_.nodes()[id];
    const std::string& name = name_of(leaf);
    require(tensor.defined(), describe(leaf), " '", name, "' has no value");
    const Type& declared = leaf.results[0];
    const Type actual = Type::of(tensor);
    require(compatible(declared, actual), describe(leaf), " '", name, "' is declared as ", declared,
            " and was given ", actual);
    for (std::size_t axis = 0; axis < declared.dims.size(); ++axis)
      if (declared.dims[axis].is_symbol()) bind_symbol(name, declared.dims[axis], tensor.shape()[axis]);
    results_[id] = {tensor};
  }

  void bind_symbol(const std::string& name, Dim symbol, std::int64_t size) {
    for (const auto& [known, bound] : symbols_) {
      if (known != symbol) continue;
      require(bound == size, "dimension ", symbol, " is ", bound, " and cannot be ", size, " in '", name,
              "'");
      return;
    }
    symbols_.emplace_back(symbol, size);
  }

  // How often each node's results are read; nothing for the nodes that no result needs.
  void count_uses() {
    uses_.resize(results_.size());
    for (const auto* list : {&graph_.outputs(), &graph_.updates()})
      for (const NamedRef& named : *list) ++uses_[named.ref.node];
    for (std::size_t id = uses_.size(); id-- > 0;) {
      if (definition(graph_.nodes()[id].op).effects) ++uses_[id];
      if (uses_[id] == 0) continue;
      for (const Ref input : graph_.nodes()[id].inputs) ++uses_[input.node];
    }
  }

  void run(std::uint32_t id) {
    const Node& node = graph_.nodes()[id];
    if (node.op == Op::input) return;
    if (node.op == Op::constant) {
      results_[id] = {node.attrs.tensor("value")};
      return;
    }
    if (node.op == Op::state) return bind_state(id);
    std::vector<Tensor> inputs;
    for (const Ref input : node.inputs) inputs.push_back(results_[input.node][input.result]);
    results_[id] = evaluate_node(node, inputs);
    for (const Ref input : node.inputs)
      if (--uses_[input.node] == 0) results_[input.node].clear();
  }

  void bind_state(std::uint32_t id) {
    const std::string& name = name_of(graph_.nodes()[id]);
    const auto found = states_.find(name);
    require(found != states_.end(), "state '", name, "' has no value");
    bind(id, found->second);
  }

  std::vector<Tensor> collect(const std::vector<NamedRef>& list) const {
    std::vector<Tensor> tensors;
    for (const NamedRef& named : list) tensors.push_back(results_[named.ref.node][named.ref.result]);
    return tensors;
  }

  const Graph& graph_;
  const TensorMap& states_;
  std::vector<std::vector<Tensor>> results_;
  std::vector<std::uint32_t> uses_;
  std::vector<std::pair<Dim, std::int64_t>> symbols_;
};
}  // namespace

std::vector<Tensor> evaluate_node(const Node& node, std::span<const Tensor> inputs, const RunBody& given) {
  const OpDef& def = definition(node.op);
  if (has_operands(def, inputs.size()))
    return evaluate_node(settled(node, inputs), inputs.first(count_data_inputs(def, inputs.size())), given);
  const std::vector<Type> types = types_of(inputs);
  const std::vector<Type> wanted = def.infer({def, node.attrs, types, node.bodies, inputs, node.label});
  std::vector<Tensor> results = def.kernel ? def.kernel({node, inputs, wanted, given ? given : run_body})
                                           : run_decomposed(def, node, inputs);
  check_results(node, wanted, results);
  return results;
}

Evaluation evaluate(const Graph& graph, const std::vector<Tensor>& inputs, const TensorMap& states) {
  return Evaluator(graph, inputs, states).run();
}

Evaluation evaluate_named(const Graph& graph, const TensorMap& inputs, const TensorMap& states) {
  std::vector<Tensor> ordered;
  for (const std::uint32_t id : graph.inputs()) {
    const auto found = inputs.find(name_of(graph.nodes()[id]));
    require(found != inputs.end(), "input '", name_of(graph.nodes()[id]), "' has no value");
    ordered.push_back(found->second);
  }
  return evaluate(graph, ordered, states);
}

}  // namespace tenon
