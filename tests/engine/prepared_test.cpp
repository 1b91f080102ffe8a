// What depends on weights alone is computed once, not in every run.
#include <gtest/gtest.h>

#include <algorithm>

#include "backend/backend.h"
#include "engine/programs.h"
#include "op/evaluate.h"

namespace tenon {
namespace {

using testing::engine_of;
using testing::Model;
using testing::random_floats;

Value along_channels(Value numbers) { return reshape(numbers, {16, 1, 1}); }

// A convolution, its normalisation and an activation, twice over: by the op and written out.
Model network(std::uint32_t seed = 0) {
  Model model;
  Graph& graph = model.program;
  Value image = graph.input("x", {DType::f32, {"N", 16, 9, 9}});
  const auto weight = [&](const std::string& name, const Shape& shape, double offset) {
    const Tensor value = random_floats(shape, ++seed);
    for (float& element : value.as<float>()) element += static_cast<float>(offset);
    model.weights.emplace_back(name, value);
    return graph.state(name, Type::of(value));
  };
  for (const std::string layer : {"a", "b"}) {
    const Value filters = weight(layer + ".w", {16, 16, 3, 3}, 0);
    const Value scale = weight(layer + ".scale", {16}, 1), bias = weight(layer + ".bias", {16}, 0);
    const Value mean = weight(layer + ".mean", {16}, 0), variance = weight(layer + ".variance", {16}, 1);
    const Value images = conv(image, filters);
    const Value factor = scale * rsqrt(variance + 1e-5);
    image =
        relu(layer == "a" ? batch_norm(images, scale, bias, mean, variance, 1e-5)
                          : (images - along_channels(mean)) * along_channels(factor) + along_channels(bias));
  }
  graph.output("y", image);
  return model;
}

std::vector<std::string> backends() {
  std::vector<std::string> names{"reference"};
  if (find_backend("cpu")) names.emplace_back("cpu");
  return names;
}

void expect_close(const Tensor& found, const Tensor& wanted) {
  ASSERT_EQ(found.shape(), wanted.shape());
  for (std::int64_t i = 0; i < wanted.size(); ++i) ASSERT_NEAR(found.number(i), wanted.number(i), 2e-4);
}

// By the program as it was written, without any pass.
Tensor judged(const Model& model, const Tensor& x) {
  TensorMap weights;
  for (const auto& [name, tensor] : model.weights) weights.emplace(name, tensor);
  return evaluate_named(model.program, {{"x", x}}, weights).outputs.at(0);
}

TEST(PreparedWeights, ComputeTheSame) {
  const Tensor x = random_floats({2, 16, 9, 9}, 99);
  for (const std::string& backend : backends()) {
    SCOPED_TRACE(backend);
    expect_close(engine_of(network(), {}, {.backend = backend}).run(x), judged(network(), x));
  }
}

TEST(PreparedWeights, AreMadeOnceForAllRunsOfAllShapes) {
  const Engine engine = engine_of(network(), {}, {.backend = "reference"});
  EXPECT_EQ(engine.values_prepared(), 0u);
  engine.run(random_floats({1, 16, 9, 9}, 1));
  const std::size_t prepared = engine.values_prepared();
  EXPECT_GT(prepared, 0u);
  engine.run(random_floats({1, 16, 9, 9}, 2));
  engine.run(random_floats({3, 16, 9, 9}, 3));
  engine.session({{"x", {5, 16, 9, 9}}}).run();
  EXPECT_EQ(engine.values_prepared(), prepared);
}

bool says(const StepInfo& step, std::string_view what) { return step.ran_as.find(what) != std::string::npos; }

bool is_by_library(const StepInfo& step) { return says(step, "oneDNN"); }

TEST(PreparedWeights, LeaveNothingOfTheirsInARun) {
  if (!find_backend("cpu")) GTEST_SKIP() << "only a library wants its weights in a form of its own";
  const auto steps = engine_of(network(), {}, {.backend = "cpu"}).session({{"x", {1, 16, 9, 9}}}).steps();
  if (std::ranges::none_of(steps, is_by_library)) GTEST_SKIP() << "built without oneDNN";
  // A convolution with all that follows it is one step.
  EXPECT_EQ(std::ranges::count_if(steps, is_by_library), 2);
  for (const StepInfo& step : steps) EXPECT_FALSE(says(step, "reorder")) << step.name << ": " << step.ran_as;
}

// A body on each item, and a convolution of what it makes.
Model network_behind_a_body() {
  const auto body = std::make_shared<Graph>("body");
  body->output("y", tanh(body->input("x", {DType::f32, {16, 9, 9}})));
  Model model;
  model.weights = {network().weights[0]};
  const Value x = model.program.input("x", {DType::f32, {2, 16, 9, 9}});
  const Value filters = model.program.state("a.w", {DType::f32, {16, 16, 3, 3}});
  model.program.output("y", conv(scan({.scanned = {x}}, body)[0], filters));
  return model;
}

TEST(PreparedWeights, OfAPlanBehindABodyComputeTheSame) {
  const Tensor x = random_floats({2, 16, 9, 9}, 99);
  for (const std::string& backend : backends()) {
    SCOPED_TRACE(backend);
    expect_close(engine_of(network_behind_a_body(), {}, {.backend = backend}).run(x),
                 judged(network_behind_a_body(), x));
  }
}

// A matrix too large for generated loops: packed for the library, as it is and transposed.
TEST(PreparedWeights, ArePackedMatrices) {
  if (!find_backend("cpu")) GTEST_SKIP() << "only a library wants its weights in a form of its own";
  Model model;
  const Value x = model.program.input("x", {DType::f32, {"N", 512}});
  const Value w = model.program.state("w", {DType::f32, {512, 1024}});
  model.program.output("y", relu(matmul(relu(matmul(x, w)), w, {.transpose_b = true})));
  model.weights = {{"w", random_floats({512, 1024}, 1)}};
  for (float& element : model.weights[0].second.as<float>()) element /= 16;
  const Tensor items = random_floats({16, 512}, 2);
  const Engine engine = engine_of({model.program.clone(), model.weights}, {}, {.backend = "cpu"});
  expect_close(engine.run(items), judged(model, items));
  const auto steps = engine.session({{"x", {16, 512}}}).steps();
  if (std::ranges::none_of(steps, is_by_library)) GTEST_SKIP() << "built without oneDNN";
  EXPECT_EQ(engine.values_prepared(), 2u);  // each product reads the matrix along another axis
}

TEST(PreparedWeights, AreMadeAnewForOtherWeights) {
  const Tensor x = random_floats({2, 16, 9, 9}, 99);
  const Model other = network(50);
  for (const std::string& backend : backends()) {
    SCOPED_TRACE(backend);
    const Engine engine = engine_of(network(), {}, {.backend = backend});
    const Tensor before = engine.run(x);
    const Engine reloaded = engine.with_weights(other.weights);
    expect_close(reloaded.run(x), judged(other, x));
    EXPECT_EQ(reloaded.values_prepared(), engine.values_prepared());
    EXPECT_TRUE(identical(engine.run(x), before));
  }
}

TEST(PreparedWeights, AreWantedOfTheRightType) {
  const Engine engine = engine_of(testing::classifier());
  EXPECT_THROW(engine.with_weights({{"w", random_floats({2, 2}, 1)}}), Error);
}

}  // namespace
}  // namespace tenon
