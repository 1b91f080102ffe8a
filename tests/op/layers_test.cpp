#include "tenon/ops/layers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "op/expect.h"
#include "op/run_op.h"

namespace tenon::test {
namespace {

TEST(Layers, LinearAlongTheLastAxis) {
  const Tensor x = counting({2, 1, 2});
  const Tensor w = f64({2, 3}, {1, 0, 1, 0, 1, 1});
  expect_same(run_op(Op::linear, {x, w}), f64({2, 1, 3}, {1, 2, 3, 3, 4, 7}));
  expect_same(run_op(Op::linear, {x, w, vec<double>({10, 20, 30})}),
              f64({2, 1, 3}, {11, 22, 33, 13, 24, 37}));
}

TEST(Layers, LinearOverNoFeaturesIsItsBias) {
  const Tensor x = Tensor::empty(DType::f32, {2, 0});
  const Tensor w = Tensor::empty(DType::f32, {0, 1});
  expect_same(run_op(Op::linear, {x, w, vec<float>({5})}), f32({2, 1}, {5, 5}));
}

TEST(Layers, LinearNamesWhatDoesNotFit) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {"N", 784}});
  const Value w = graph.input("w", {DType::f32, {128, 784}});
  const Value bias = graph.input("bias", {DType::f32, {784}});
  EXPECT_EQ(
      message_of([&] { linear(x, w); }),
      "linear: the last axis of x, 784, must be as long as the weight's first, 128 (inputs: [f32[N, 784], "
      "f32[128, 784]])");
  const Value right = graph.input("right", {DType::f32, {784, 128}});
  EXPECT_NE(message_of([&] { linear(x, right, bias); }).find("the bias must have the shape [128]"),
            std::string::npos);
}

TEST(Layers, EmbeddingPicksRows) {
  const Tensor table = counting({3, 2});
  const Tensor y = run({i64({2}, {2, 0}), table}, [](const auto& x) { return embedding(x[0], x[1]); });
  expect_same(y, f64({2, 2}, {5, 6, 1, 2}));
}

TEST(Layers, EmbeddingNeedsIntegers) {
  Graph graph;
  const Value ids = graph.input("ids", {DType::f32, {"N"}});
  const Value table = graph.input("table", {DType::f32, {100, 8}});
  EXPECT_NE(message_of([&] { embedding(ids, table); }).find("integer type"), std::string::npos);
}

TEST(Layers, AttentionIsTheMeanOfTheValuesWeightedByTheirKeys) {
  const Tensor q = f64({1, 2}, {1, 0}), k = f64({2, 2}, {0, 5, 0, 7}), v = f64({2, 1}, {10, 20});
  expect_same(run_op(Op::attention, {q, k, v}), f64({1, 1}, {15}));
  const Tensor hidden = f64({2}, {0, -INFINITY});
  expect_same(run_op(Op::attention, {q, k, v, hidden}), f64({1, 1}, {10}));
}

TEST(Layers, AttentionScalesTheScores) {
  const Tensor q = f64({1, 1}, {1}), k = f64({2, 1}, {0, std::log(3.0)}), v = f64({2, 1}, {0, 4});
  expect_near(run_op(Op::attention, {q, k, v}), f64({1, 1}, {3}), 1e-14);
  expect_near(run_op(Op::attention, {q, k, v}, {{"scale", 2.0}}), f64({1, 1}, {3.6}), 1e-14);
}

TEST(Layers, AttentionNamesWhatDoesNotFit) {
  Graph graph;
  const Value q = graph.input("q", {DType::f32, {"N", 12, 128, 32}});
  const Value k = graph.input("k", {DType::f32, {"N", 12, 64, 32}});
  const Value v = graph.input("v", {DType::f32, {"N", 12, 128, 32}});
  const Value bias = graph.input("bias", {DType::f32, {64, 128}});
  EXPECT_EQ(attention(q, k, k).type(), q.type());
  EXPECT_NE(message_of([&] { attention(q, k, v); }).find("a value for each key"), std::string::npos);
  EXPECT_NE(message_of([&] { attention(q, v, v, bias); }).find("must broadcast to the scores"),
            std::string::npos);
}

}  // namespace
}  // namespace tenon::test
