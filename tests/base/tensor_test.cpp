#include "tenon/tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

namespace tenon {
namespace {

TEST(DType, EveryHalfSurvivesTheRoundTrip) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = half_value(static_cast<std::uint16_t>(bits));
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(half_value(half_bits(value))));
    else
      EXPECT_EQ(half_bits(value), bits);
  }
}

TEST(DType, EveryBFloat16SurvivesTheRoundTrip) {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const float value = bfloat16_value(static_cast<std::uint16_t>(bits));
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(bfloat16_value(bfloat16_bits(value))));
    else
      EXPECT_EQ(bfloat16_bits(value), bits);
  }
}

TEST(DType, RoundsToNearestEvenAndOverflowsToInfinity) {
  EXPECT_EQ(half_value(half_bits(2049.0)), 2048.0f);
  EXPECT_EQ(half_value(half_bits(2051.0)), 2052.0f);
  EXPECT_EQ(half_value(half_bits(65504.0)), 65504.0f);
  EXPECT_EQ(half_value(half_bits(65520.0)), std::numeric_limits<float>::infinity());
  EXPECT_EQ(half_value(half_bits(1e300)), std::numeric_limits<float>::infinity());
  EXPECT_EQ(bfloat16_value(bfloat16_bits(257.0)), 256.0f);
  EXPECT_EQ(half_bits(std::ldexp(1.0, -25)), 0);
}

TEST(Tensor, CastSaturatesAndNanBecomesZero) {
  const Tensor x = Tensor::of<double>({5}, {1e30, -1e30, NAN, 2.9, -2.9});
  const Tensor bytes = x.cast(DType::i8);
  EXPECT_TRUE(identical(bytes, Tensor::of<std::int8_t>({5}, {127, -128, 0, 2, -2})));
  EXPECT_EQ(x.cast(DType::u64).as<std::uint64_t>()[0], std::numeric_limits<std::uint64_t>::max());
}

TEST(Tensor, RowsShareStorage) {
  const Tensor x = Tensor::of<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor row = x.rows(1, 2);
  EXPECT_EQ(row.shape(), (Shape{1, 2}));
  row.as<float>()[0] = 9;
  EXPECT_EQ(x.as<float>()[2], 9);
}

TEST(Tensor, OversizedShapesAreRefused) {
  const std::int64_t huge = std::int64_t{1} << 40;
  EXPECT_THROW(Tensor::empty(DType::f32, {huge, huge}), Error);
  EXPECT_THROW(Tensor::empty(DType::f64, {huge << 21}), Error);
}

TEST(Tensor, WrongElementTypeIsAnError) { EXPECT_THROW(Tensor::scalar(1.0f).as<double>(), Error); }

}  // namespace
}  // namespace tenon
