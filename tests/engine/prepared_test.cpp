// What depends on weights alone is computed once, not in every run.
#include "engine/prepared.h"

#include <gtest/gtest.h>

#include "backend/backend.h"

namespace tenon {
namespace {

using testing::engine_of;
using testing::expect_close;
using testing::judged;
using testing::Model;
using testing::network;
using testing::random_floats;

std::vector<std::string> backends() {
  std::vector<std::string> names{"reference"};
  if (find_backend("cpu")) names.emplace_back("cpu");
  return names;
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
