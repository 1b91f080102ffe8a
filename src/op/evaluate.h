// The reference interpreter: runs any program, source or typed or lowered, by the kernels of the op table.
// Slow and complete; what it answers is what a program means.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "tenon/graph.h"

namespace tenon {

using TensorMap = std::map<std::string, Tensor, std::less<>>;

// In the order of Graph::outputs() and Graph::updates(). They may share storage with what was handed in.
struct Evaluation {
  std::vector<Tensor> outputs;
  std::vector<Tensor> updates;
};

// Inputs in the order of Graph::inputs(). Dimensions that the program leaves open are found as it runs.
Evaluation evaluate(const Graph& graph, const std::vector<Tensor>& inputs, const TensorMap& states = {});
Evaluation evaluate_named(const Graph& graph, const TensorMap& inputs, const TensorMap& states = {});

using RunBody = std::function<std::vector<Tensor>(const Graph& body, std::span<const Tensor> inputs)>;

// One node's results, by its kernel or, where it has none, by its decomposition. Its bodies are run by
// `run_body`, where that is given.
std::vector<Tensor> evaluate_node(const Node& node, std::span<const Tensor> inputs,
                                  const RunBody& run_body = {});

}  // namespace tenon
