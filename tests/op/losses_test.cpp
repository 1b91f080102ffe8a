#include "tenon/ops/losses.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "op/run_op.h"

namespace tenon::test {
namespace {

// softmax: rows (1/4, 3/4) and (1/2, 1/2).
const Tensor kLogits = Tensor::of<double>({2, 2}, {0, std::log(3.0), 5, 5});
const double kA = -std::log(0.25);
const double kB = -std::log(0.75);
const double kC = -std::log(0.5);

Attrs none(Attrs attrs = {}) {
  attrs.set("reduction", std::string("none"));
  return attrs;
}

TEST(CrossEntropy, OfClassIds) {
  const Tensor ids = vec<std::int64_t>({0, 1});
  expect_near(run_op(Op::cross_entropy, {kLogits, ids}, none()), vec<double>({kA, kC}), 1e-15);
  expect_near(run_op(Op::cross_entropy, {kLogits, ids}), Tensor::scalar((kA + kC) / 2), 1e-15);
  expect_near(run_op(Op::cross_entropy, {kLogits, ids}, {{"reduction", std::string("sum")}}),
              Tensor::scalar(kA + kC), 1e-15);
}

TEST(CrossEntropy, OfProbabilities) {
  const Tensor target = Tensor::of<double>({2, 2}, {0.5, 0.5, 0, 1});
  expect_near(run_op(Op::cross_entropy, {kLogits, target}, none()), vec<double>({(kA + kB) / 2, kC}), 1e-15);
}

TEST(CrossEntropy, SmoothingSpreadsTheTarget) {
  const Tensor ids = vec<std::uint8_t>({0, 1});
  expect_near(run_op(Op::cross_entropy, {kLogits, ids}, none({{"smoothing", 0.2}})),
              vec<double>({0.9 * kA + 0.1 * kB, kC}), 1e-15);
}

TEST(CrossEntropy, ClassWeightsWeighTheMean) {
  const Tensor ids = vec<std::int64_t>({0, 1});
  const Tensor weights = vec<double>({3, 1});
  expect_near(run_op(Op::cross_entropy, {kLogits, ids, weights}), Tensor::scalar((3 * kA + kC) / 4), 1e-15);
}

TEST(CrossEntropy, IgnoredRowsDoNotCount) {
  const Attrs ignore{{"ignore_index", std::int64_t{-100}}};
  expect_near(run_op(Op::cross_entropy, {kLogits, vec<std::int64_t>({-100, 1})}, ignore), Tensor::scalar(kC),
              1e-15);
  expect_near(run_op(Op::cross_entropy, {kLogits, vec<std::int64_t>({-100, -100})}, ignore),
              Tensor::scalar(0.0), 0);
}

TEST(CrossEntropy, AnIdThatNamesNoClassGivesNan) {
  expect_numbers(run_op(Op::cross_entropy, {kLogits, vec<std::int64_t>({2, -1})}, none()),
                 vec<double>({NAN, NAN}));
}

TEST(CrossEntropy, AnImpossibleClassCountsOnlyWhereItIsWanted) {
  const Tensor logits = Tensor::of<double>({2, 2}, {0, -INFINITY, 0, -INFINITY});
  expect_numbers(run_op(Op::cross_entropy, {logits, vec<std::int64_t>({0, 1})}, none()),
                 vec<double>({0, INFINITY}));
}

TEST(CrossEntropy, ClassesStandOnAxisOne) {
  const Tensor logits = Tensor::of<double>({1, 2, 3}, {0, 0, 0, 0, 0, std::log(3.0)});
  const Tensor ids = Tensor::of<std::int64_t>({1, 3}, {0, 1, 1});
  expect_near(run_op(Op::cross_entropy, {logits, ids}, none()), Tensor::of<double>({1, 3}, {kC, kC, kB}),
              1e-15);
}

TEST(CrossEntropy, WrongTargetsAreNamed) {
  Graph graph;
  const Value logits = graph.input("logits", {DType::f32, {"N", 10}});
  const Value table = graph.input("table", {DType::i64, {"N", 10}});
  const Value half = graph.input("half", {DType::f16, {"N", 10}});
  const Value weights = graph.input("weights", {DType::f32, {9}});
  const Value ids = graph.input("ids", {DType::i64, {"N"}});
  EXPECT_EQ(
      message_of([&] { cross_entropy(logits, table); }),
      "cross_entropy: the target must have the shape [N] of the logits without their axis 1, the classes "
      "(inputs: [f32[N, 10], i64[N, 10]])");
  EXPECT_NE(message_of([&] { cross_entropy(logits, half); }).find("use cast"), std::string::npos);
  EXPECT_NE(
      message_of([&] { cross_entropy(logits, ids, {.class_weights = weights}); }).find("one class weight"),
      std::string::npos);
  EXPECT_NE(message_of([&] { cross_entropy(logits, ids, {.smoothing = 2}); }).find("smoothing"),
            std::string::npos);
}

TEST(Losses, ValuesByHand) {
  const Tensor x = vec<double>({1, -2, 0.5});
  const Tensor target = vec<double>({0, 1, 0.5});
  expect_near(run_op(Op::mse_loss, {x, target}, none()), vec<double>({1, 9, 0}), 1e-15);
  expect_near(run_op(Op::mse_loss, {x, target}), Tensor::scalar(10.0 / 3), 1e-15);
  expect_near(run_op(Op::l1_loss, {x, target}, none()), vec<double>({1, 3, 0}), 1e-15);
  expect_near(run_op(Op::huber_loss, {x, target}, none({{"delta", 2.0}})), vec<double>({0.5, 4, 0}), 1e-15);
}

TEST(Losses, KlDivergenceTakesNothingFromImpossibleTargets) {
  const Tensor x = vec<double>({std::log(0.5), -INFINITY});
  expect_near(run_op(Op::kl_div, {x, vec<double>({0.25, 0})}, none()), vec<double>({0.25 * std::log(0.5), 0}),
              1e-15);
}

TEST(Losses, BinaryCrossEntropyDoesNotOverflow) {
  const Tensor x = vec<double>({0, 1000, -1000});
  expect_near(run_op(Op::bce_with_logits, {x, vec<double>({1, 0, 0})}, none()),
              vec<double>({std::log(2.0), 1000, 0}), 1e-15);
}

TEST(Losses, ShapesDoNotBroadcast) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {8, 1}});
  const Value target = graph.input("target", {DType::f32, {8}});
  EXPECT_EQ(message_of([&] { mse_loss(x, target); }),
            "mse_loss: x and the target must have one shape; a loss does not broadcast (inputs: [f32[8, 1], "
            "f32[8]])");
}

}  // namespace
}  // namespace tenon::test
