// A training step of a small perceptron as a program, for tests of everything between it and a device.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "compile/compile.h"
#include "op/evaluate.h"
#include "runtime/runner.h"
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

inline double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (std::int64_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::fabs(a.number(i) - b.number(i)));
  return largest;
}

// Runs one step on a backend beside the interpreter on the source program.
inline void compare_step(const std::shared_ptr<Backend>& backend, const std::vector<std::int64_t>& widths,
                         std::int64_t batch, int threads) {
  const Graph graph = perceptron_step(widths);
  const TensorMap initial = random_states(graph);
  std::vector<Tensor> inputs{random_tensor({batch, widths[0]}, 99), labels(batch, widths.back()),
                             Tensor::scalar(0.5f)};
  const Evaluation wanted = evaluate(graph, inputs, initial);

  CompileOptions options;
  options.backend.threads = threads;
  auto executable = std::make_shared<const Executable>(
      compile(graph, {{"x", Type::of(inputs[0])}, {"y", Type::of(inputs[1])}}, *backend, options));
  States states(backend);
  for (const auto& [name, value] : initial) states.set(name, value);
  Scratch scratch(backend);
  Runner runner(backend, executable, states, scratch);
  const auto stream = backend->make_stream(options.backend);
  Tensor loss = Tensor::zeros(DType::f32, {});
  std::vector<void*> in;
  for (const Tensor& input : inputs) in.push_back(input.raw());
  std::vector<void*> out{loss.raw()};
  runner.run(*stream, in, out);
  backend->synchronize(*stream);

  EXPECT_NEAR(loss.number(), wanted.outputs[0].number(), 1e-5);
  for (std::size_t i = 0; i < graph.updates().size(); ++i)
    EXPECT_LT(largest_difference(states.get(graph.updates()[i].name), wanted.updates[i]), 1e-5)
        << graph.updates()[i].name;
}

}  // namespace tenon::testing
