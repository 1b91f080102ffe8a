#include <gtest/gtest.h>

#include "op/expect.h"
#include "support/message_of.h"
#include "tenon/gradient.h"

namespace tenon::test {
namespace {

Tensor key(std::uint64_t step) { return Tensor::of<std::uint64_t>({2}, {7, step}); }

// The results: dropout of ones, and the gradient of its sum.
std::vector<Tensor> drop_ones(double rate, std::uint64_t step) {
  const Tensor ones = Tensor::full(DType::f32, {64, 64}, 1);
  return run_all({ones, key(step)}, [&](Graph&, const std::vector<Value>& x) {
    const Value y = dropout(x[0], x[1], rate, 3);
    return std::vector<Value>{y, gradient(std::array{reduce_sum(y)}, std::array{x[0]})[0]};
  });
}

TEST(Dropout, DropsItsShareAndScalesTheRest) {
  const Tensor y = drop_ones(0.25, 0)[0];
  int dropped = 0;
  for (const float element : y.as<float>()) {
    dropped += element == 0;
    EXPECT_TRUE(element == 0 || element == 1 / 0.75f);
  }
  EXPECT_NEAR(dropped, 1024, 100);
}

TEST(Dropout, TheGradientPassesWhereTheValuePassed) {
  const auto results = drop_ones(0.25, 0);
  expect_same(results[0], results[1]);
}

TEST(Dropout, AnotherStepDropsOthers) {
  EXPECT_FALSE(identical(drop_ones(0.25, 0)[0], drop_ones(0.25, 1)[0]));
}

TEST(Dropout, ARateOfZeroDropsNothing) {
  expect_same(drop_ones(0, 0)[0], Tensor::full(DType::f32, {64, 64}, 1));
}

TEST(Dropout, RatesAndKeysAreChecked) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {"N"}});
  const Value wrong = graph.input("wrong", {DType::i64, {2}});
  const Value right = graph.input("right", {DType::u64, {2}});
  EXPECT_NE(message_of([&] { dropout(x, right, 1, 0); }).find("below 1"), std::string::npos);
  EXPECT_NE(message_of([&] { dropout(x, wrong, 0.5, 0); }).find("u64[2]"), std::string::npos);
}

}  // namespace
}  // namespace tenon::test
