#include "cli/layouts.h"

#include <gtest/gtest.h>

namespace tenon::cli {
namespace {

// Two pictures of 1 x 2 pixels, each of three channels.
const Tensor kLast = Tensor::of<std::uint8_t>({2, 1, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
const Tensor kFirst = Tensor::of<std::uint8_t>({2, 3, 1, 2}, {1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12});

TEST(Layouts, AreKnownByWhereTheChannelsAre) {
  EXPECT_EQ(layout_of({DType::u8, {"N", 32, 32, 3}}), nn::Layout::nhwc);
  EXPECT_EQ(layout_of({DType::u8, {"N", 3, 32, 32}}), nn::Layout::nchw);
  EXPECT_EQ(layout_of({DType::u8, {"N", 28, 28}}), nn::Layout::nhw);
  EXPECT_EQ(layout_of({DType::f32, {"N", 784}}), nn::Layout::nchw);
}

TEST(Layouts, ChannelsAreMovedToWhereTheyAreTaken) {
  const Tensor wide = kLast.reshape({1, 2, 2, 3});
  EXPECT_TRUE(identical(arranged(wide, {DType::u8, {"N", 3, 2, 2}}),
                        Tensor::of<std::uint8_t>({1, 3, 2, 2}, {1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12})));
  const Tensor planes = arranged(wide, {DType::u8, {"N", 3, 2, 2}});
  EXPECT_TRUE(identical(arranged(planes, {DType::u8, {"N", 2, 2, 3}}), wide));
}

TEST(Layouts, OneChannelComesAndGoes) {
  const Tensor plain = Tensor::of<std::uint8_t>({2, 2, 1}, {1, 2, 3, 4});
  const Tensor four = arranged(plain, {DType::u8, {"N", 1, 2, 1}});
  EXPECT_EQ(four.shape(), (Shape{2, 1, 2, 1}));
  EXPECT_TRUE(identical(arranged(four, {DType::u8, {"N", 2, 1}}), plain));
}

TEST(Layouts, PicturesBecomeRows) {
  EXPECT_EQ(arranged(kLast, {DType::u8, {"N", 6}}).shape(), (Shape{2, 6}));
}

TEST(Layouts, WhatCannotFitStaysAsItIs) {
  EXPECT_TRUE(identical(arranged(kLast, {DType::u8, {"N", 7}}), kLast));
  EXPECT_TRUE(identical(arranged(Tensor::scalar(1.0f), {DType::f32, {"N"}}), Tensor::scalar(1.0f)));
}

TEST(Layouts, APictureHasItsChannelsLast) {
  const Tensor expected = kLast.rows(0, 1).reshape({1, 2, 3});
  EXPECT_TRUE(identical(as_picture(kFirst.rows(0, 1), nn::Layout::nchw), expected));
  EXPECT_TRUE(identical(as_picture(kLast.rows(0, 1), nn::Layout::nhwc), expected));
  EXPECT_EQ(as_picture(Tensor::zeros(DType::u8, {1, 2, 5}), nn::Layout::nhw).shape(), (Shape{2, 5, 1}));
}

}  // namespace
}  // namespace tenon::cli
