// A library wants its weights in a form of its own.
#include "engine/prepared.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tenon {
namespace {

using testing::engine_of;
using testing::expect_close;
using testing::judged;
using testing::Model;
using testing::network;
using testing::random_floats;

bool says(const StepInfo& step, std::string_view what) { return step.ran_as.find(what) != std::string::npos; }

bool is_convolution(const StepInfo& step) { return says(step, "oneDNN") || says(step, "Winograd"); }

TEST(PreparedWeights, LeaveNothingOfTheirsInARun) {
  const auto steps = engine_of(network(), {}, {.backend = "cpu"}).session({{"x", {1, 16, 9, 9}}}).steps();
  // A convolution with all that follows it is one step.
  EXPECT_EQ(std::ranges::count_if(steps, is_convolution), 2);
  for (const StepInfo& step : steps) EXPECT_FALSE(says(step, "reorder")) << step.name << ": " << step.ran_as;
}

// A matrix too large for generated loops: packed for the library, as it is and transposed.
TEST(PreparedWeights, ArePackedMatrices) {
  Model model;
  const Value x = model.program.input("x", {DType::f32, {"N", 512}});
  const Value w = model.program.state("w", {DType::f32, {512, 1024}});
  model.program.output("y", relu(matmul(relu(matmul(x, w)), w, {.transpose_b = true})));
  model.weights = {{"w", random_floats({512, 1024}, 1)}};
  for (float& element : model.weights[0].second.as<float>()) element /= 16;
  const Tensor items = random_floats({16, 512}, 2);
  const Engine engine = engine_of({model.program.clone(), model.weights}, {}, {.backend = "cpu"});
  expect_close(engine.run(items), judged(model, items));
  EXPECT_EQ(engine.values_prepared(), 2u);  // each product reads the matrix along another axis
}

// Two numbers in one chain, and a mask behind them: none is taken for the other. The convolution keeps the
// program from being one function of loops.
TEST(Epilogue, MultipliesByEachOfItsNumbers) {
  Model model;
  const Value x = model.program.input("x", {DType::f32, {1, 2, 5, 16}});
  const Value w = model.program.input("w", {DType::f32, {1, 2, 16, 5}});
  const Value mask = model.program.input("mask", {DType::f32, {1, 1, 5, 5}});
  const Value y = tanh(matmul(x, w) * 0.5) * 2.0 + mask;
  model.program.output("y", y);
  model.program.output("z", conv(y, model.program.input("filters", {DType::f32, {3, 2, 3, 3}})));
  const NamedTensors inputs{{"x", random_floats({1, 2, 5, 16}, 1)},
                            {"w", random_floats({1, 2, 16, 5}, 2)},
                            {"mask", random_floats({1, 1, 5, 5}, 3)},
                            {"filters", random_floats({3, 2, 3, 3}, 4)}};
  const Tensor found = Engine(model.program, {}, {}, {.backend = "cpu"}).run(inputs)[0].second;
  expect_close(found, Engine(model.program, {}, {}, {.backend = "reference"}).run(inputs)[0].second);
}

}  // namespace
}  // namespace tenon
