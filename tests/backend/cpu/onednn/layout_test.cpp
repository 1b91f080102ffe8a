#include "support.h"

namespace tenon::onednn {
namespace {

TEST(Layout, NamesAreReadAndWritten) {
  for (const char* name : {"ab", "ba", "acdb", "aBcd16b", "ABcd16b16a", "aBCde4c16b4c"}) {
    const auto form = blocking({name});
    ASSERT_TRUE(form) << name;
    EXPECT_EQ(layout_of(*form).name, name);
  }
}

TEST(Layout, WrongNamesAreRefused) {
  for (const char* name :
       {"", "ac", "aa", "aBcd", "abcd16b", "aBcd16", "aBcd0b", "aBcd16z", "aBcd16b!", "wino_1_2"})
    EXPECT_FALSE(blocking({name})) << name;
}

TEST(Layout, TheUsualOnes) {
  EXPECT_EQ(row_major(4).name, "abcd");
  EXPECT_EQ(transposed(3).name, "acb");
  EXPECT_EQ(channels_last(5).name, "acdeb");
}

TEST(Layout, BytesCountThePadding) {
  EXPECT_EQ(bytes_of({DType::f32, {2, 17, 3, 3}, {"abcd"}}), 2u * 17 * 9 * 4);
  EXPECT_EQ(bytes_of({DType::bf16, {2, 17, 3, 3}, {"aBcd16b"}}), 2u * 32 * 9 * 2);
}

bool alike(const Shape& dims, const char* one, const char* other) {
  return same_memory({DType::f32, dims, {one}}, {DType::f32, dims, {other}});
}

TEST(Layout, SameMemoryByOtherNames) {
  EXPECT_TRUE(alike({8, 1, 5, 5}, "abcd", "acdb"));
  EXPECT_TRUE(alike({8, 32, 1, 1}, "abcd", "aBcd16b"));
  EXPECT_TRUE(alike({8, 16, 5, 5}, "acdb", "aBcd16b"));
  EXPECT_FALSE(alike({8, 32, 5, 5}, "acdb", "aBcd16b"));
  EXPECT_FALSE(alike({8, 2, 5, 5}, "abcd", "acdb"));
  EXPECT_FALSE(alike({8, 17, 1, 1}, "abcd", "aBcd16b"));  // padded
  EXPECT_FALSE(alike({8, 32, 1, 1}, "abcd", "abc"));
}

TEST(Layout, WhatCannotBeDescribedHasNoSize) {
  EXPECT_FALSE(bytes_of({DType::f32, {2, 3}, {}}));
  EXPECT_FALSE(bytes_of({DType::f64, {2, 3}, {"ab"}}));
  EXPECT_FALSE(bytes_of({DType::f32, {2, 3}, {"abc"}}));
  EXPECT_FALSE(bytes_of({DType::f32, {2, 0}, {"ab"}}));
  EXPECT_FALSE(bytes_of({DType::f32, {2, 3}, {"wino_1_"}}));
}

}  // namespace
}  // namespace tenon::onednn
