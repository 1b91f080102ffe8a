#include <gtest/gtest.h>

#include <cmath>

#include "tenon/nn.h"

namespace tenon::nn {
namespace {

Tensor made(const Initialiser& init, Shape shape, std::string_view name = "w", std::uint64_t seed = 7) {
  return init({Type::of(DType::f32, shape), name, seed});
}

struct Moments {
  double mean = 0, deviation = 0, largest = 0;
};

Moments moments(const Tensor& tensor) {
  Moments result;
  double squares = 0;
  for (const float value : tensor.as<float>()) {
    result.mean += value;
    squares += double{value} * value;
    result.largest = std::max(result.largest, std::fabs(double{value}));
  }
  const auto count = static_cast<double>(tensor.size());
  result.mean /= count;
  result.deviation = std::sqrt(squares / count - result.mean * result.mean);
  return result;
}

// Of 40000 draws the mean is within 5 standard errors, and the deviation within 3 %.
void expect_spread(const Tensor& tensor, double deviation) {
  const Moments seen = moments(tensor);
  EXPECT_NEAR(seen.mean, 0, 5 * deviation / 200);
  EXPECT_NEAR(seen.deviation, deviation, 0.03 * deviation);
}

TEST(Initialisers, ConstantsFill) {
  EXPECT_EQ(made(init::zeros(), {3}).number(2), 0);
  EXPECT_EQ(made(init::ones(), {3}).number(2), 1);
  EXPECT_EQ(made(init::constant(2.5), {3}).number(1), 2.5);
}

TEST(Initialisers, UniformStaysWithinItsBounds) {
  const Tensor tensor = made(init::uniform(-0.5, 0.5), {200, 200});
  EXPECT_LE(moments(tensor).largest, 0.5);
  expect_spread(tensor, 1 / std::sqrt(12.0));
}

TEST(Initialisers, NormalHasItsDeviation) { expect_spread(made(init::normal(0, 0.3), {200, 200}), 0.3); }

TEST(Initialisers, TruncatedNormalStaysWithinTwoDeviations) {
  const Tensor tensor = made(init::truncated_normal(0, 0.5), {200, 200});
  EXPECT_LE(moments(tensor).largest, 1.0);
  expect_spread(tensor, 0.5 * 0.8796);  // what cutting the tails leaves of the deviation
}

TEST(Initialisers, KaimingCountsInputs) {
  expect_spread(made(init::kaiming_uniform(), {100, 400}), std::sqrt(2.0 / 100));
  expect_spread(made(init::kaiming_normal(1), {100, 400}), std::sqrt(1.0 / 100));
  expect_spread(made(init::kaiming_normal(), {40, 40, 5, 5}), std::sqrt(2.0 / (40 * 25)));
}

TEST(Initialisers, XavierCountsInputsAndOutputs) {
  expect_spread(made(init::xavier_uniform(), {100, 400}), std::sqrt(2.0 / 500));
  expect_spread(made(init::xavier_normal(), {40, 20, 5, 10}), std::sqrt(2.0 / (60 * 50)));
}

TEST(Initialisers, NameAndSeedDecideAndNothingElse) {
  const Initialiser normal = init::normal();
  EXPECT_TRUE(identical(made(normal, {8}), made(normal, {8})));
  EXPECT_FALSE(identical(made(normal, {8}), made(normal, {8}, "other")));
  EXPECT_FALSE(identical(made(normal, {8}), made(normal, {8}, "w", 8)));
}

TEST(Initialisers, ALinearLayerBeginsAsPyTorchDoes) {
  Graph graph;
  Context context(graph);
  Linear{400}(context, graph.input("x", {DType::f32, {"N", 100}}));
  for (const Slot& slot : context.slots()) {
    const Moments seen = moments(slot.init({slot.type, slot.name, 1}));
    EXPECT_LE(seen.largest, 0.1) << slot.name;
    EXPECT_NEAR(seen.deviation, 0.1 / std::sqrt(3.0), 0.006) << slot.name;
  }
}

TEST(Initialisers, RandomValuesNeedAFloatType) {
  EXPECT_THROW(init::normal()({Type::of(DType::i32, Shape{2}), "ids", 1}), Error);
}

TEST(Initialisers, KaimingNeedsInputsAndOutputs) { EXPECT_THROW(made(init::kaiming_normal(), {4}), Error); }

}  // namespace
}  // namespace tenon::nn
