#include "cli/scores.h"

#include <gtest/gtest.h>

#include <limits>

#include "support/message_of.h"

namespace tenon::cli {
namespace {

const Tensor kRows = Tensor::of<float>({2, 6}, {0, 1, 2, 3, 4, 5, 9, 9, 0, 0, 0, 0});

Tensor labels(std::int32_t first, std::int32_t second) {
  return Tensor::of<std::int32_t>({2}, {first, second});
}

TEST(Scores, AccuracyIsTheShareWhoseBestClassIsRight) {
  EXPECT_EQ(score("accuracy", kRows, labels(5, 0)), 1);
  EXPECT_EQ(score("accuracy", kRows, labels(4, 1)), 0);  // of equals the first is the best
  EXPECT_EQ(score("accuracy", kRows.reshape({2, 6, 1, 1}), labels(5, 1)), 0.5);
}

TEST(Scores, Top5CountsTheFiveBest) {
  EXPECT_EQ(score("top5", kRows, labels(1, 4)), 1);
  EXPECT_EQ(score("top5", kRows, labels(0, 5)), 0);
}

TEST(Scores, WhatIsNotANumberIsNeverRight) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(score("accuracy", Tensor::of<float>({1, 2}, {nan, nan}), Tensor::of<std::int32_t>({1}, {0})), 0);
}

TEST(Scores, NumbersAreComparedElementByElement) {
  const Tensor output = Tensor::of<float>({2, 1}, {1, 5});
  const Tensor target = Tensor::of<double>({2}, {2, 2});
  EXPECT_EQ(score("mse", output, target), 5);
  EXPECT_EQ(score("mae", output, target), 2);
}

TEST(Scores, SayWhatDoesNotGoTogether) {
  EXPECT_EQ(message_of([] { score("accuracy", kRows, labels(6, 0)); }),
            "item 0 is of class 6, but the output has 6 classes");
  EXPECT_EQ(message_of([] { score("accuracy", kRows, Tensor::scalar(1)); }),
            "classes cannot be scored: the output is f32[2, 6] and the labels are i32[]");
  EXPECT_EQ(message_of([] { score("mse", kRows, labels(6, 0)); }),
            "numbers cannot be compared: the output is f32[2, 6] and what is right is i32[2]");
  EXPECT_EQ(message_of([] { check_metric("top"); }), "there is no metric 'top'; did you mean 'top5'?");
}

}  // namespace
}  // namespace tenon::cli
