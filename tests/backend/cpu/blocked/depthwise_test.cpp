// Convolutions of each channel by itself over blocked images beside sums made in double.
#include "backend/cpu/blocked/depthwise.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "backend/cpu/blocked/product.h"
#include "support/one_thread.h"

namespace tenon::depthwise {
namespace {

using blocked::kBlock;

float rounded(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  return std::bit_cast<float>((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000);
}

// Numbers that bf16 holds, kept as either type.
class Numbers {
 public:
  Numbers(std::int64_t count, Number number, unsigned seed) : number_(number) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<float> distribution(-1, 1);
    for (std::int64_t i = 0; i < count; ++i) append(rounded(distribution(generator)));
  }
  void append(float value) {
    f32_.push_back(value);
    bf16_.push_back(static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16));
  }
  void* data() {
    return number_ == Number::f32 ? static_cast<void*>(f32_.data()) : static_cast<void*>(bf16_.data());
  }
  double operator[](std::int64_t i) const {
    const auto at = static_cast<std::size_t>(i);
    if (number_ == Number::f32) return static_cast<double>(f32_[at]);
    return static_cast<double>(std::bit_cast<float>(std::uint32_t{bf16_[at]} << 16));
  }
  void set(std::int64_t i, float value) {
    f32_[static_cast<std::size_t>(i)] = value;
    bf16_[static_cast<std::size_t>(i)] =
        static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(value) >> 16);
  }

 private:
  Number number_;
  std::vector<float> f32_;
  std::vector<std::uint16_t> bf16_;
};

struct Case {
  Shape shape;
  int threads = 1;
  bool adds = false;
  float low = -std::numeric_limits<float>::infinity(), high = std::numeric_limits<float>::infinity();
};

struct Data {
  explicit Data(const Shape& s)
      : x(s.images * s.channels * s.x.pixels(), s.x.number, 1),
        filters(s.channels * s.taps(), Number::f32, 2),
        bias(s.channels, Number::f32, 3),
        y(s.images * s.channels * s.y.pixels(), s.y.number, 4) {}
  Numbers x, filters, bias, y;  // y holds what is added, where something is
};

void compute(const Case& test, Data& data) {
  const Shape& s = test.shape;
  std::vector<float> packed(static_cast<std::size_t>(s.channels * s.taps()));
  pack({data.filters.data(), Number::f32, s.channels, s.taps()}, packed.data());
  Epilogue epilogue{static_cast<const float*>(data.bias.data()), nullptr, s.y.number, test.low, test.high};
  if (test.adds) epilogue.added = data.y.data();
  run(s, {data.x.data(), packed.data(), data.y.data(), epilogue}, test.threads);
}

double convolved(const Shape& s, const Data& data, std::int64_t block, std::int64_t lane, std::int64_t row,
                 std::int64_t column) {
  double sum = 0;
  const std::int64_t channel = (block * kBlock + lane) % s.channels;
  for (std::int64_t i = 0; i < s.down.kernel; ++i)
    for (std::int64_t j = 0; j < s.across.kernel; ++j) {
      const std::int64_t r = row * s.down.stride + i * s.down.dilation - s.down.pad;
      const std::int64_t q = column * s.across.stride + j - s.across.pad;
      if (r < 0 || q < 0 || r >= s.x.height || q >= s.x.width) continue;
      sum += data.x[(block * s.x.pixels() + r * s.x.width + q) * kBlock + lane] *
             data.filters[channel * s.taps() + i * s.across.kernel + j];
    }
  return sum;
}

void expect_right(const Case& test) {
  const Shape& s = test.shape;
  ASSERT_TRUE(fits(s));
  Data data(s);
  const Numbers added = data.y;
  compute(test, data);
  const double step = s.y.number == Number::f32 ? 1e-6 : 1.0 / 128;
  for (std::int64_t i = 0; i < s.images * s.channels * s.y.pixels(); ++i) {
    const std::int64_t lane = i % kBlock, pixel = i / kBlock % s.y.pixels(),
                       block = i / kBlock / s.y.pixels();
    const double plain = convolved(s, data, block, lane, pixel / s.y.width, pixel % s.y.width) +
                         data.bias[(block * kBlock + lane) % s.channels] + (test.adds ? added[i] : 0);
    const double wanted = std::fmin(std::fmax(plain, test.low), test.high);
    ASSERT_NEAR(data.y[i], wanted, step * (std::abs(wanted) + 4)) << block << ' ' << pixel << ' ' << lane;
  }
}

// Of a square image with as much padding before as behind.
Shape square(std::int64_t channels, std::int64_t size, std::int64_t kernel, std::int64_t stride = 1,
             std::int64_t images = 1) {
  const std::int64_t out = (size + kernel / 2 * 2 - kernel) / stride + 1;
  const Axis axis{kernel, stride, 1, kernel / 2};
  return {images, channels, {Number::f32, size, size}, {Number::f32, out, out}, axis, axis};
}

// Of each set of instructions that these kernels are written in and this processor runs.
std::vector<std::string> instructions() {
  return blocked::available() ? std::vector<std::string>{"vectors"} : std::vector<std::string>();
}

class Depthwise : public ::testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Depthwise);
INSTANTIATE_TEST_SUITE_P(On, Depthwise, ::testing::ValuesIn(instructions()));

TEST_P(Depthwise, OfEveryKernelAndStride) {
  for (const std::int64_t kernel : {3, 5, 7})
    for (const std::int64_t stride : {1, 2}) expect_right({square(32, 19, kernel, stride)});
}

TEST_P(Depthwise, OfImagesOfEveryWidth) {
  for (std::int64_t size = 1; size <= 18; ++size)
    for (const std::int64_t stride : {1, 2}) expect_right({square(16, size, 3, stride)});
  expect_right({square(16, 1, 5)});
}

TEST_P(Depthwise, OfKernelsThatAreNotSquareAndSpreadDown) {
  Shape shape = square(16, 9, 3);
  shape.down = {2, 1, 3, 1};
  shape.y.height = 8;
  expect_right({shape});
}

TEST_P(Depthwise, WithPaddingBehindAlone) {
  Shape shape = square(16, 12, 3, 2);
  shape.down.pad = shape.across.pad = 0;
  expect_right({shape});
}

TEST_P(Depthwise, AddsABiasAndAnImageWhereItLies) {
  expect_right({square(16, 10, 3), 1, true, 0});
  expect_right({square(32, 10, 5), 1, true, -0.5f, 0.5f});
}

TEST_P(Depthwise, SharesRowsBetweenThreads) {
  expect_right({square(48, 11, 3, 1, 2), 2, true});
  expect_right({square(16, 5, 3, 2), 3});
}

TEST_P(Depthwise, ComputesAllWhereFewerThreadsComeThanAskedFor) {
  const OneThread one;
  expect_right({square(48, 11, 3, 1, 2), 2, true});
}

TEST_P(Depthwise, ReadsAndWritesNumbersOfBf16) {
  for (const auto& [in, out] : {std::pair(Number::bf16, Number::f32), std::pair(Number::f32, Number::bf16),
                                std::pair(Number::bf16, Number::bf16)}) {
    Shape shape = square(16, 13, 3);
    shape.x.number = in;
    shape.y.number = out;
    expect_right({shape, 1, true, -1, 1});
  }
}

TEST_P(Depthwise, ReadsFiltersOfBf16) {
  Numbers filters(16 * 9, Number::bf16, 5);
  std::vector<float> packed(16 * 9);
  pack({filters.data(), Number::bf16, 16, 9}, packed.data());
  EXPECT_EQ(static_cast<double>(packed[2 * kBlock + 3]), filters[3 * 9 + 2]);
}

TEST_P(Depthwise, KeepsNan) {
  for (const Number out : {Number::f32, Number::bf16}) {
    Case test{square(16, 6, 3), 1, false, 0, 6};
    test.shape.y.number = out;
    Data data(test.shape);
    data.x.set(0, std::nanf(""));
    compute(test, data);
    EXPECT_TRUE(std::isnan(data.y[0]));
    EXPECT_FALSE(std::isnan(data.y[1]));
  }
}

TEST_P(Depthwise, DoesNotFitWhereAMiddleTapIsBesideTheImage) {
  Shape shape = square(16, 6, 3);
  shape.across.pad = 2;
  EXPECT_FALSE(fits(shape));
  shape = square(16, 6, 3);
  shape.y.width = 7;
  EXPECT_FALSE(fits(shape));
}

}  // namespace
}  // namespace tenon::depthwise
