// A training step of a small perceptron as a program, for tests of everything between it and a device.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "op/evaluate.h"
#include "tenon/gradient.h"
#include "tenon/ops.h"

namespace tenon::testing {

// Inputs x, y and lr; states w0, b0, w1, …; output loss; one step of gradient descent.
inline Graph perceptron_step(const std::vector<std::int64_t>& widths) {
  Graph graph("step");
  const auto layers = widths.size() - 1;
  Value x = graph.input("x", {DType::f32, {"N", widths[0]}});
  const Value y = graph.input("y", {DType::i64, {"N"}});
  const Value rate = graph.input("lr", {DType::f32, {}});
  std::vector<Value> parameters;
  for (std::size_t i = 0; i < layers; ++i) {
    parameters.push_back(graph.state(cat("w", i), {DType::f32, {widths[i], widths[i + 1]}}));
    parameters.push_back(graph.state(cat("b", i), {DType::f32, {widths[i + 1]}}));
    x = matmul(x, parameters[2 * i]) + parameters[2 * i + 1];
    if (i + 1 < layers) x = relu(x);
  }
  const Value loss = cross_entropy(x, y);
  const std::vector<Value> grads = gradient({&loss, 1}, parameters);
  for (std::size_t i = 0; i < parameters.size(); ++i)
    graph.update(name_of(graph.node(parameters[i].ref())), parameters[i] - rate * grads[i]);
  graph.output("loss", loss);
  return graph;
}

inline Tensor random_tensor(Shape shape, std::uint32_t seed) {
  Tensor tensor = Tensor::empty(DType::f32, std::move(shape));
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-0.5f, 0.5f);
  for (float& element : tensor.as<float>()) element = uniform(engine);
  return tensor;
}

inline TensorMap random_states(const Graph& graph) {
  TensorMap states;
  std::uint32_t seed = 1;
  for (const std::uint32_t id : graph.states())
    states[name_of(graph.nodes()[id])] = random_tensor(graph.nodes()[id].results[0].shape(), seed++);
  return states;
}

inline Tensor labels(std::int64_t count, std::int64_t classes) {
  Tensor tensor = Tensor::empty(DType::i64, {count});
  for (std::int64_t i = 0; i < count; ++i)
    tensor.as<std::int64_t>()[static_cast<std::size_t>(i)] = (i * 7) % classes;
  return tensor;
}

}  // namespace tenon::testing
