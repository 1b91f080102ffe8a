#include "tenon/ops/normalisation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "op/run_op.h"

namespace tenon::test {
namespace {

const Attrs kExact{{"epsilon", 0.0}};

TEST(Normalisation, LayerNormOverTheLastAxis) {
  const Tensor x = Tensor::of<double>({2, 2}, {1, 3, -5, 5});
  expect_near(run_op(Op::layer_norm, {x}, kExact), Tensor::of<double>({2, 2}, {-1, 1, -1, 1}), 1e-15);
  expect_near(run_op(Op::layer_norm, {x, vec<double>({2, 3}), vec<double>({10, 20})}, kExact),
              Tensor::of<double>({2, 2}, {8, 23, 8, 23}), 1e-15);
}

TEST(Normalisation, LayerNormOverSeveralAxes) {
  const Tensor x = Tensor::of<double>({1, 2, 2}, {1, 1, 3, 3});
  expect_near(run_op(Op::layer_norm, {x}, {{"axis", std::int64_t{1}}, {"epsilon", 0.0}}),
              Tensor::of<double>({1, 2, 2}, {-1, -1, 1, 1}), 1e-15);
}

TEST(Normalisation, EpsilonKeepsAConstantRowAtZero) {
  expect_numbers(run_op(Op::layer_norm, {Tensor::full(DType::f32, {1, 4}, 7)}),
                 Tensor::zeros(DType::f32, {1, 4}));
}

TEST(Normalisation, RmsNormDoesNotShift) {
  const Tensor x = Tensor::of<double>({1, 2}, {1, 7});
  expect_near(run_op(Op::rms_norm, {x, vec<double>({1, 2})}, kExact), Tensor::of<double>({1, 2}, {0.2, 2.8}),
              1e-15);
}

TEST(Normalisation, GroupNormOverGroupsOfChannels) {
  const Tensor x = Tensor::of<double>({1, 4, 2}, {1, 3, 1, 3, -5, 5, 5, -5});
  expect_near(run_op(Op::group_norm, {x, vec<double>({1, 2, 1, 1}), vec<double>({0, 0, 0, 10})},
                     {{"groups", std::int64_t{2}}, {"epsilon", 0.0}}),
              Tensor::of<double>({1, 4, 2}, {-1, 1, -2, 2, -1, 1, 11, 9}), 1e-15);
}

TEST(Normalisation, BatchNormByGivenMoments) {
  const Tensor x = Tensor::of<double>({2, 2}, {1, 10, 3, 20});
  const Tensor y = run_op(
      Op::batch_norm,
      {x, vec<double>({1, 2}), vec<double>({0, 1}), vec<double>({1, 10}), vec<double>({4, 25})}, kExact);
  expect_near(y, Tensor::of<double>({2, 2}, {0, 1, 1, 5}), 1e-15);
}

TEST(Normalisation, BatchNormTrainGivesTheMomentsOfTheBatch) {
  const Tensor x = Tensor::of<double>({2, 2, 1}, {1, 10, 3, 20});
  const auto results =
      run_op_all(Op::batch_norm_train, {x, vec<double>({1, 2}), vec<double>({0, 1})}, kExact);
  expect_near(results[0], Tensor::of<double>({2, 2, 1}, {-1, -1, 1, 3}), 1e-15);
  expect_near(results[1], vec<double>({2, 15}), 1e-15);
  expect_near(results[2], vec<double>({1, 25}), 1e-15);
}

TEST(Normalisation, TypesKeepSymbols) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {"N", 8, "T"}});
  const Value vector = graph.input("vector", {DType::f32, {8}});
  EXPECT_EQ(layer_norm(x, {}, {}, {.axis = 1}).type(), x.type());
  const auto [y, mean, variance] = batch_norm_train(x, vector, vector);
  EXPECT_EQ(y.type(), x.type());
  EXPECT_EQ(mean.type(), vector.type());
  EXPECT_EQ(variance.type(), vector.type());
}

TEST(Normalisation, WrongShapesAreNamed) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {"N", 6, 4}});
  const Value short_scale = graph.input("s", {DType::f32, {5}});
  EXPECT_NE(message_of([&] { layer_norm(x, short_scale); }).find("shape of the normalised axes, [4]"),
            std::string::npos);
  EXPECT_NE(message_of([&] { layer_norm(x, {}, short_scale); }).find("needs a scale"), std::string::npos);
  EXPECT_NE(message_of([&] { group_norm(x, {}, {}, {.groups = 4}); }).find("6 channels do not divide into 4"),
            std::string::npos);
  EXPECT_NE(
      message_of([&] { batch_norm_train(x, short_scale, short_scale); }).find("as long as x has channels: 6"),
      std::string::npos);
}

}  // namespace
}  // namespace tenon::test
