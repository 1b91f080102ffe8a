#include "tenon/ops/elementwise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "op/run_op.h"

namespace tenon::test {
namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr float kInf = std::numeric_limits<float>::infinity();

TEST(Elementwise, IntegersWrap) {
  expect_numbers(run_op(Op::add, {vec<std::int8_t>({127, -128}), vec<std::int8_t>({1, -1})}),
                 vec<std::int8_t>({-128, 127}));
  expect_numbers(run_op(Op::sub, {vec<std::uint8_t>({0}), vec<std::uint8_t>({1})}), vec<std::uint8_t>({255}));
  expect_numbers(run_op(Op::mul, {vec<std::int32_t>({1 << 30}), vec<std::int32_t>({4})}),
                 vec<std::int32_t>({0}));
  EXPECT_EQ(run_op(Op::neg, {vec<std::int64_t>({kLeast})}).as<std::int64_t>()[0], kLeast);
  EXPECT_EQ(run_op(Op::abs, {vec<std::int64_t>({kLeast})}).as<std::int64_t>()[0], kLeast);
}

TEST(Elementwise, IntegerDivisionTruncatesAndByZeroGivesZero) {
  const Tensor a = vec<std::int32_t>({7, -7, 7, -7, 5});
  const Tensor b = vec<std::int32_t>({2, 2, -2, -2, 0});
  expect_numbers(run_op(Op::div, {a, b}), vec<std::int32_t>({3, -3, -3, 3, 0}));
  expect_numbers(run_op(Op::rem, {a, b}), vec<std::int32_t>({1, -1, 1, -1, 0}));
  expect_numbers(run_op(Op::mod, {a, b}), vec<std::int32_t>({1, 1, -1, -1, 0}));
}

TEST(Elementwise, TheLeastIntegerByMinusOneWraps) {
  const Tensor least = vec<std::int64_t>({kLeast});
  const Tensor minus_one = vec<std::int64_t>({-1});
  EXPECT_EQ(run_op(Op::div, {least, minus_one}).as<std::int64_t>()[0], kLeast);
  EXPECT_EQ(run_op(Op::rem, {least, minus_one}).as<std::int64_t>()[0], 0);
  expect_numbers(run_op(Op::div, {vec<std::int8_t>({-128}), vec<std::int8_t>({-1})}),
                 vec<std::int8_t>({-128}));
}

TEST(Elementwise, FloatRemaindersTakeTheSignOfOneSide) {
  const Tensor a = vec<double>({5.5, -5.5, 5.5, -5.5});
  const Tensor b = vec<double>({2, 2, -2, -2});
  expect_numbers(run_op(Op::rem, {a, b}), vec<double>({1.5, -1.5, 1.5, -1.5}));
  expect_numbers(run_op(Op::mod, {a, b}), vec<double>({1.5, 0.5, -0.5, -1.5}));
  EXPECT_TRUE(std::isnan(run_op(Op::mod, {vec<double>({1}), vec<double>({0})}).number()));
}

TEST(Elementwise, FloatDivisionByZeroIsInfinite) {
  expect_numbers(run_op(Op::div, {vec<float>({1, -1, 0}), vec<float>({0, 0, 0})}),
                 vec<float>({kInf, -kInf, NAN}));
}

TEST(Elementwise, IntegerPowers) {
  const Tensor base = vec<std::int32_t>({2, -3, 2, 1, -1, -1, 0, 3});
  const Tensor exponent = vec<std::int32_t>({10, 3, -1, -5, -3, -2, -1, 0});
  expect_numbers(run_op(Op::pow, {base, exponent}), vec<std::int32_t>({1024, -27, 0, 1, -1, 1, 0, 1}));
}

TEST(Elementwise, MaximumAndMinimumGiveNan) {
  const Tensor a = vec<float>({1, NAN, 2});
  const Tensor b = vec<float>({2, 1, NAN});
  expect_numbers(run_op(Op::maximum, {a, b}), vec<float>({2, NAN, NAN}));
  expect_numbers(run_op(Op::minimum, {a, b}), vec<float>({1, NAN, NAN}));
}

TEST(Elementwise, RoundGoesHalfToEven) {
  expect_numbers(run_op(Op::round, {vec<float>({0.5f, 1.5f, 2.5f, -0.5f, -1.5f})}),
                 vec<float>({0, 2, 2, 0, -2}));
}

TEST(Elementwise, SignOfNanIsNan) {
  expect_numbers(run_op(Op::sign, {vec<float>({-3, 0, 2, NAN})}), vec<float>({-1, 0, 1, NAN}));
  expect_numbers(run_op(Op::sign, {vec<std::uint8_t>({0, 200})}), vec<std::uint8_t>({0, 1}));
}

TEST(Elementwise, ShiftsBeyondTheWidthLeaveOnlyTheFilling) {
  const Tensor x = vec<std::int8_t>({-128, -128, -128, 64, 1});
  const Tensor by = vec<std::int8_t>({1, 8, 100, 100, -1});
  expect_numbers(run_op(Op::shift_right, {x, by}), vec<std::int8_t>({-64, -1, -1, 0, 0}));
  expect_numbers(run_op(Op::shift_left, {x, by}), vec<std::int8_t>({0, 0, 0, 0, 0}));
  expect_numbers(run_op(Op::shift_right, {vec<std::uint64_t>({8, 8}), vec<std::uint64_t>({2, 64})}),
                 vec<std::uint64_t>({2, 0}));
}

TEST(Elementwise, BitwiseOpsTakeIntegersAndBool) {
  expect_numbers(run_op(Op::bitwise_not, {vec<std::uint8_t>({0x0f})}), vec<std::uint8_t>({0xf0}));
  expect_numbers(run_op(Op::bitwise_not, {vec<bool>({true, false})}), vec<bool>({false, true}));
  expect_numbers(run_op(Op::bitwise_xor, {vec<std::int16_t>({5}), vec<std::int16_t>({3})}),
                 vec<std::int16_t>({6}));
}

TEST(Elementwise, ComparisonsWithNanAreFalseButNotEqual) {
  const Tensor a = vec<float>({NAN, 1});
  const Tensor b = vec<float>({1, 1});
  expect_numbers(run_op(Op::equal, {a, b}), vec<bool>({false, true}));
  expect_numbers(run_op(Op::not_equal, {a, b}), vec<bool>({true, false}));
  expect_numbers(run_op(Op::less_equal, {a, b}), vec<bool>({false, true}));
  expect_numbers(run_op(Op::greater, {a, b}), vec<bool>({false, false}));
}

TEST(Elementwise, LargeUnsignedNumbersCompareAsThemselves) {
  const Tensor a = vec<std::uint64_t>({std::numeric_limits<std::uint64_t>::max()});
  expect_numbers(run_op(Op::less, {vec<std::uint64_t>({1}), a}), vec<bool>({true}));
}

TEST(Elementwise, CastSaturatesAndNanBecomesZero) {
  expect_numbers(run_op(Op::cast, {vec<float>({300, -300, NAN, 1.9f})}, {{"dtype", DType::i8}}),
                 vec<std::int8_t>({127, -128, 0, 1}));
  expect_numbers(run_op(Op::cast, {vec<std::int32_t>({257})}, {{"dtype", DType::u8}}),
                 vec<std::uint8_t>({1}));
}

TEST(Elementwise, InputsBroadcast) {
  const Tensor column = Tensor::of<float>({2, 1}, {10, 20});
  const Tensor row = vec<float>({1, 2, 3});
  expect_numbers(run_op(Op::add, {column, row}), Tensor::of<float>({2, 3}, {11, 12, 13, 21, 22, 23}));
  expect_numbers(run_op(Op::select, {Tensor::of<bool>({2, 1}, {true, false}), row, Tensor::scalar(0.0f)}),
                 Tensor::of<float>({2, 3}, {1, 2, 3, 0, 0, 0}));
}

TEST(Elementwise, EmptyTensorsGiveEmptyTensors) {
  const Tensor none = Tensor::empty(DType::f32, {0, 3});
  EXPECT_EQ(run_op(Op::mul, {none, vec<float>({1, 2, 3})}).shape(), (Shape{0, 3}));
}

TEST(Elementwise, HalvesAreComputedWideAndRoundedOnce) {
  const Tensor x = Tensor::full(DType::f16, {1}, 2048);
  const Tensor one = Tensor::full(DType::f16, {1}, 1);
  EXPECT_EQ(run_op(Op::add, {x, one}).number(), 2048);
  EXPECT_EQ(run_op(Op::sqrt, {Tensor::full(DType::bf16, {}, 16)}).number(), 4);
}

TEST(Elementwise, ShapesThatDoNotBroadcastAreNamed) {
  Graph graph;
  graph.set_label("layers.0");
  const Value a = graph.input("a", {DType::f32, {"N", 3}});
  const Value b = graph.input("b", {DType::f32, {4}});
  EXPECT_EQ(message_of([&] { a + b; }),
            "add 'layers.0': the shapes do not broadcast: dimension 3 meets 4 (inputs: [f32[N, 3], f32[4]])");
}

TEST(Elementwise, ThereIsNoImplicitPromotion) {
  Graph graph;
  const Value a = graph.input("a", {DType::f32, {3}});
  const Value b = graph.input("b", {DType::i32, {3}});
  EXPECT_NE(message_of([&] { a* b; }).find("use cast"), std::string::npos);
  EXPECT_NE(message_of([&] { exp(b); }).find("input 0 must not be of type i32"), std::string::npos);
  EXPECT_NE(message_of([&] { select(a, a, a); }).find("condition must be bool"), std::string::npos);
}

TEST(Elementwise, NumbersTakeTheTypeOfTheOtherSide) {
  Graph graph;
  const Value x = graph.input("x", {DType::bf16, {3}});
  EXPECT_EQ((1.0 - x).type(), x.type());
  EXPECT_EQ((x < 0.5).dtype(), DType::boolean);
  EXPECT_EQ(select(x < 0.5, 1.0, x).dtype(), DType::bf16);
}

TEST(Elementwise, ANumberThatTheTypeCannotHoldIsAnError) {
  Graph graph;
  const Value x = graph.input("x", {DType::i32, {3}});
  EXPECT_EQ((x + 2).dtype(), DType::i32);
  EXPECT_NE(message_of([&] { x * 0.5; }).find("0.5"), std::string::npos);
}

TEST(Elementwise, AnUnknownRankStaysUnknown) {
  Graph graph;
  const Value x = graph.input("x", Type::unranked(DType::f32));
  EXPECT_FALSE((x + 1.0).type().ranked);
}

TEST(Elementwise, AValueThatWasNeverSetIsAnError) { EXPECT_THROW(exp(Value()), Error); }

}  // namespace
}  // namespace tenon::test
