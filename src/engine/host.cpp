// What the host runs between stages: ops by their reference kernels, bodies as programs of their own.
#include <algorithm>

#include "engine/stages.h"
#include "engine/state.h"
#include "ir/operands.h"

namespace tenon {

namespace {
const Tensor& leaf_value(const Node& leaf, const NamedTensors& inputs, const NamedTensors& weights) {
  if (leaf.op == Op::constant) return leaf.attrs.tensor("value");
  return *find(leaf.op == Op::input ? inputs : weights, name_of(leaf));
}

std::size_t bytes_of(const std::vector<Tensor>& tensors) {
  std::size_t bytes = 0;
  for (const Tensor& tensor : tensors) bytes += tensor.bytes();
  return bytes;
}

bool is_leaf(const Node& node) {
  return node.op == Op::input || node.op == Op::state || node.op == Op::constant;
}
}  // namespace

// Plans that nobody uses make room.
MemoryBudget::Lease StagedRunner::take(std::size_t bytes, std::string_view what) {
  while (true) try {
      return core_->memory->take(bytes, what);
    } catch (const OverBudget&) {
      if (!cache_.drop_unused()) throw;
    }
}

// How large a result is, is known once it is there: it is refused then, before anything is made of it.
std::vector<Tensor> StagedRunner::run_host(const PlannedStage& stage, const NamedTensors& inputs,
                                           const Stop& stop, Leases& held) {
  std::vector<std::vector<Tensor>> results;
  for (const Node& node : stage.host.nodes()) {
    if (is_leaf(node)) {
      results.push_back({leaf_value(node, inputs, core_->content.weights)});
      continue;
    }
    std::vector<Tensor> read;
    for (const Ref input : node.inputs) read.push_back(results[input.node][input.result]);
    stop.check();
    results.push_back(run_on_host(stage, node, read, stop));
    held.push_back(take(bytes_of(results.back()), describe(node)));
  }
  std::vector<Tensor> outputs;
  for (const NamedRef& output : stage.host.outputs())
    outputs.push_back(results[output.ref.node][output.ref.result]);
  return outputs;
}

std::vector<Tensor> StagedRunner::run_on_host(const PlannedStage& stage, const Node& node,
                                              std::span<const Tensor> inputs, const Stop& stop) {
  const OpDef& def = definition(node.op);
  if (has_operands(def, inputs.size()))
    return run_on_host(stage, settled(node, inputs), inputs.first(count_data_inputs(def, inputs.size())),
                       stop);
  std::vector<Type> types;
  for (const Tensor& input : inputs) types.push_back(Type::of(input));
  const std::vector<Type> results = def.infer({def, node.attrs, types, node.bodies, inputs, node.label});
  const auto run_body = [&](const Graph& body, std::span<const Tensor> arguments) {
    stop.check();
    NamedTensors named;
    Types handed;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      const std::string& name = name_of(body.nodes()[body.inputs()[i]]);
      named.emplace_back(name, arguments[i]);
      handed.emplace(name, Type::of(arguments[i]));
    }
    return run(stage.bodies.at(&body), named, handed, stop);
  };
  return def.kernel({node, inputs, results, run_body});
}

}  // namespace tenon
