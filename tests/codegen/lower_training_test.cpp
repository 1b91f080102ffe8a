// Whole training steps as one kernel.
#include <gtest/gtest.h>

#include "codegen/lowering.h"
#include "tenon/gradient.h"

namespace tenon::codegen {
namespace {

struct Step {
  Graph graph{"step"};
  LowerOptions options;
};

// Gradient descent on the cross-entropy of a perceptron, its parameters updated in place.
Step perceptron_step(std::int64_t batch, const std::vector<std::int64_t>& widths) {
  Step step;
  Graph& g = step.graph;
  Value x = g.input("x", {DType::f32, {batch, widths[0]}});
  const Value y = g.input("y", {DType::i64, {batch}});
  const Value rate = g.input("rate", {DType::f32, {}});
  std::vector<Value> parameters;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const Value w = g.input(cat("w", i), {DType::f32, {widths[i], widths[i + 1]}});
    const Value b = g.input(cat("b", i), {DType::f32, {widths[i + 1]}});
    x = matmul(x, w) + b;
    if (i + 2 < widths.size()) x = relu(x);
    parameters.insert(parameters.end(), {w, b});
  }
  const Value loss = cross_entropy(x, y);
  g.output("loss", loss);
  const std::vector<Value> grads = gradient({&loss, 1}, parameters);
  for (std::uint32_t i = 0; i < parameters.size(); ++i) {
    g.output(cat("p", i), parameters[i] - rate * grads[i]);
    step.options.in_place.push_back({i + 3, i + 1});
  }
  return step;
}

TEST(LowerTraining, AStepOfASmallPerceptronIsOneKernel) {
  const Step step = perceptron_step(32, {10, 16, 10});
  const Kernel kernel = expect_lowered(step.graph, step.options);
  // Two layers forward; softmax, loss and their gradient by rows; the loss; a transposed weight; the hidden
  // gradient; four parameters.
  EXPECT_EQ(kernel.nests.size(), 10u);
  for (const InPlace& pair : step.options.in_place)
    EXPECT_EQ(kernel.buffers[7 + pair.output].in_place_of, pair.input);
}

}  // namespace
}  // namespace tenon::codegen
