#include "tenon/ops/reductions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "op/run_op.h"

namespace tenon::test {
namespace {

const Tensor kTable = Tensor::of<float>({2, 3}, {1, 2, 3, 4, 5, 6});

TEST(Reductions, SumOverOneAxisSeveralAndAll) {
  expect_numbers(run_op(Op::reduce_sum, {kTable}, {{"axes", Ints{1}}}), vec<float>({6, 15}));
  expect_numbers(run_op(Op::reduce_sum, {kTable}, {{"axes", Ints{-2}}}), vec<float>({5, 7, 9}));
  expect_numbers(run_op(Op::reduce_sum, {kTable}, {{"axes", Ints{0, 1}}}), Tensor::scalar(21.0f));
  expect_numbers(run_op(Op::reduce_sum, {kTable}), Tensor::scalar(21.0f));
}

TEST(Reductions, KeptAxesStayAsOnes) {
  expect_numbers(run_op(Op::reduce_mean, {kTable}, {{"axes", Ints{1}}, {"keep", true}}),
                 Tensor::of<float>({2, 1}, {2, 5}));
}

TEST(Reductions, IntegerSumsAndProductsWrap) {
  expect_numbers(run_op(Op::reduce_sum, {vec<std::uint8_t>({200, 100})}), Tensor::scalar<std::uint8_t>(44));
  expect_numbers(run_op(Op::reduce_prod, {vec<std::int8_t>({64, 2})}), Tensor::scalar<std::int8_t>(-128));
}

TEST(Reductions, SumsAreWide) {
  const Tensor x = vec<float>({1e8f, 1, -1e8f});
  expect_numbers(run_op(Op::reduce_sum, {x}), Tensor::scalar(1.0f));
}

TEST(Reductions, MaxAndMinGiveNan) {
  const Tensor x = Tensor::of<float>({2, 2}, {1, NAN, 3, 4});
  expect_numbers(run_op(Op::reduce_max, {x}, {{"axes", Ints{1}}}), vec<float>({NAN, 4}));
  expect_numbers(run_op(Op::reduce_min, {x}, {{"axes", Ints{1}}}), vec<float>({NAN, 3}));
}

TEST(Reductions, OverNoElements) {
  const Tensor floats = Tensor::empty(DType::f32, {2, 0});
  const Tensor bytes = Tensor::empty(DType::i8, {0});
  const Attrs last{{"axes", Ints{1}}};
  expect_numbers(run_op(Op::reduce_sum, {floats}, last), vec<float>({0, 0}));
  expect_numbers(run_op(Op::reduce_prod, {floats}, last), vec<float>({1, 1}));
  expect_numbers(run_op(Op::reduce_max, {floats}, last), vec<float>({-INFINITY, -INFINITY}));
  expect_numbers(run_op(Op::reduce_mean, {floats}, last), vec<float>({NAN, NAN}));
  expect_numbers(run_op(Op::reduce_max, {bytes}), Tensor::scalar<std::int8_t>(-128));
  expect_numbers(run_op(Op::reduce_min, {bytes}), Tensor::scalar<std::int8_t>(127));
}

TEST(Reductions, ArgMaxTakesTheFirstOfEqualsAndNanIsLargest) {
  const Tensor x = Tensor::of<float>({3, 3}, {1, 7, 7, NAN, 9, NAN, -1, -2, -2});
  expect_numbers(run_op(Op::arg_max, {x}, {{"axis", std::int64_t{1}}}), vec<std::int64_t>({1, 0, 0}));
  expect_numbers(run_op(Op::arg_min, {x}, {{"axis", std::int64_t{1}}}), vec<std::int64_t>({0, 0, 1}));
  expect_numbers(run_op(Op::arg_max, {x}, {{"axis", std::int64_t{0}}, {"keep", true}}),
                 Tensor::of<std::int64_t>({1, 3}, {1, 1, 1}));
}

TEST(Reductions, ArgMaxOfAnEmptyAxisIsAnError) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {4, 0}});
  EXPECT_EQ(message_of([&] { arg_max(x, 1); }),
            "arg_max: there is nothing to choose from along axis 1 (inputs: [f32[4, 0]])");
}

TEST(Reductions, SymbolsSurvive) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {"N", 8, "T"}});
  EXPECT_EQ(reduce_sum(x, {1}).type(), (Type{DType::f32, {"N", "T"}}));
  EXPECT_EQ(reduce_max(x, {-1}, true).type(), (Type{DType::f32, {"N", 8, 1}}));
  EXPECT_EQ(arg_max(x, 1).type(), (Type{DType::i64, {"N", "T"}}));
}

TEST(Reductions, WrongAxesAndTypesAreNamed) {
  Graph graph;
  const Value x = graph.input("x", {DType::i32, {2, 3}});
  EXPECT_NE(message_of([&] { reduce_sum(x, {2}); }).find("axis 2 is out of range for rank 2"),
            std::string::npos);
  EXPECT_NE(message_of([&] { reduce_sum(x, {1, -1}); }).find("name an axis twice"), std::string::npos);
  EXPECT_NE(message_of([&] { reduce_mean(x); }).find("must not be of type i32"), std::string::npos);
}

}  // namespace
}  // namespace tenon::test
