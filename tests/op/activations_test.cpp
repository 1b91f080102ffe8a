#include "tenon/ops/activations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "op/run_op.h"

namespace tenon::test {
namespace {

TEST(Activations, ReluKeepsNanAndTakesIntegers) {
  expect_numbers(run_op(Op::relu, {vec<float>({-1, 0, 2, NAN})}), vec<float>({0, 0, 2, NAN}));
  expect_numbers(run_op(Op::relu, {vec<std::int8_t>({-128, 5})}), vec<std::int8_t>({0, 5}));
}

TEST(Activations, ClampBoundsOneSideOrBoth) {
  const Tensor x = vec<float>({-2, 0.5f, 3, NAN});
  expect_numbers(run_op(Op::clamp, {x}, {{"min", -1.0}, {"max", 1.0}}), vec<float>({-1, 0.5f, 1, NAN}));
  expect_numbers(run_op(Op::clamp, {x}, {{"max", 1.0}}), vec<float>({-2, 0.5f, 1, NAN}));
  expect_numbers(run_op(Op::clamp, {x}), x);
}

TEST(Activations, ClampOfIntegersSaturatesItsBounds) {
  expect_numbers(run_op(Op::clamp, {vec<std::uint8_t>({0, 9, 255})}, {{"min", -5.0}, {"max", 1000.0}}),
                 vec<std::uint8_t>({0, 9, 255}));
}

TEST(Activations, ValuesByHand) {
  const Tensor x = vec<double>({-1, 0, 2});
  const double e1 = std::exp(-1.0);
  const double e2 = std::exp(-2.0);
  expect_near(run_op(Op::leaky_relu, {x}, {{"alpha", 0.1}}), vec<double>({-0.1, 0, 2}), 1e-15);
  expect_near(run_op(Op::elu, {x}), vec<double>({e1 - 1, 0, 2}), 1e-15);
  expect_near(run_op(Op::sigmoid, {x}), vec<double>({e1 / (1 + e1), 0.5, 1 / (1 + e2)}), 1e-15);
  expect_near(run_op(Op::silu, {x}), vec<double>({-e1 / (1 + e1), 0, 2 / (1 + e2)}), 1e-15);
  expect_near(run_op(Op::softplus, {x}),
              vec<double>({std::log(1 + e1), std::log(2.0), std::log(std::exp(2.0) + 1)}), 1e-15);
  expect_near(run_op(Op::hard_sigmoid, {x}), vec<double>({1.0 / 3, 0.5, 5.0 / 6}), 1e-15);
  expect_near(run_op(Op::hard_swish, {vec<double>({-4, -1, 4})}), vec<double>({0, -1.0 / 3, 4}), 1e-15);
}

TEST(Activations, GeluInBothForms) {
  const Tensor x = vec<double>({-1, 0, 1});
  expect_near(run_op(Op::gelu, {x}), vec<double>({-0.15865525393145707, 0, 0.8413447460685429}), 1e-15);
  expect_near(run_op(Op::gelu, {x}, {{"tanh", true}}),
              vec<double>({-0.15880800939172324, 0, 0.8411919906082768}), 1e-12);
}

TEST(Activations, FarOutNothingOverflows) {
  const Tensor x = vec<float>({-1000, 1000});
  expect_numbers(run_op(Op::sigmoid, {x}), vec<float>({0, 1}));
  expect_numbers(run_op(Op::softplus, {x}), vec<float>({0, 1000}));
  expect_numbers(run_op(Op::gelu, {x}), vec<float>({0, 1000}));
}

TEST(Activations, SoftmaxAlongEitherAxis) {
  const Tensor x = Tensor::of<double>({2, 2}, {0, std::log(3.0), 0, 0});
  expect_near(run_op(Op::softmax, {x}), Tensor::of<double>({2, 2}, {0.25, 0.75, 0.5, 0.5}), 1e-15);
  expect_near(run_op(Op::softmax, {x}, {{"axis", std::int64_t{0}}}),
              Tensor::of<double>({2, 2}, {0.5, 0.75, 0.5, 0.25}), 1e-15);
  expect_near(run_op(Op::log_softmax, {x}),
              Tensor::of<double>({2, 2}, {std::log(0.25), std::log(0.75), std::log(0.5), std::log(0.5)}),
              1e-15);
}

TEST(Activations, SoftmaxOfLargeAndImpossibleLogits) {
  const Tensor x = vec<float>({10000, 10000, -INFINITY});
  expect_numbers(run_op(Op::softmax, {x}), vec<float>({0.5f, 0.5f, 0}));
  expect_numbers(run_op(Op::softmax, {vec<float>({1, NAN})}), vec<float>({NAN, NAN}));
}

TEST(Activations, IntegersAreRefused) {
  Graph graph;
  const Value x = graph.input("x", {DType::i32, {2, 3}});
  EXPECT_EQ(message_of([&] { sigmoid(x); }),
            "sigmoid: input 0 must be of a float type (inputs: [i32[2, 3]])");
  EXPECT_NE(message_of([&] { softmax(x); }).find("float type"), std::string::npos);
}

TEST(Activations, SoftmaxNeedsAnAxisOfItsInput) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {"N", 3}});
  EXPECT_NE(message_of([&] { softmax(x, 2); }).find("axis 2 is out of range for rank 2"), std::string::npos);
}

}  // namespace
}  // namespace tenon::test
