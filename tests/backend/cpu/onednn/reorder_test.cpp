#include "support.h"

namespace tenon::onednn {
namespace {

using ReorderTest = OneDnn;

void check(const Operand& from, const Operand& to) {
  SCOPED_TRACE(cat(from, " to ", to));
  auto reorder = make_reorder(from, to, kThreads);
  ASSERT_TRUE(reorder);
  EXPECT_EQ(reorder->operands()[0], from);
  EXPECT_EQ(reorder->operands()[1], to);
  const Numbers numbers = random_numbers(from.dims, DType::bf16, 1);  // which both types hold exactly
  EXPECT_EQ(run(*reorder, {numbers, Numbers(numbers.size())})[1], numbers);
}

TEST_F(ReorderTest, BetweenLayouts) {
  const Shape dims{3, 19, 5, 4};
  for (const char* from : {"abcd", "acdb", "aBcd16b"})
    for (const char* to : {"abcd", "acdb", "aBcd16b", "ABcd16b16a"})
      if (std::string_view(from) != to) check({DType::f32, dims, {from}}, {DType::f32, dims, {to}});
}

TEST_F(ReorderTest, BetweenTypes) {
  check({DType::f32, {7, 9}, {"ab"}}, {DType::bf16, {7, 9}, {"ba"}});
  check({DType::bf16, {7, 9}, {"ab"}}, {DType::f32, {7, 9}, {"ab"}});
}

TEST_F(ReorderTest, WhatCannotBeRunIsDeclined) {
  EXPECT_FALSE(make_reorder({DType::f32, {7, 9}, {"ab"}}, {DType::f32, {7, 9}, {}}, kThreads));
  EXPECT_FALSE(make_reorder({DType::f32, {7, 9}, {"ab"}}, {DType::f32, {9, 7}, {"ab"}}, kThreads));
  EXPECT_FALSE(make_reorder({DType::f64, {7, 9}, {"ab"}}, {DType::f32, {7, 9}, {"ab"}}, kThreads));
}

}  // namespace
}  // namespace tenon::onednn
