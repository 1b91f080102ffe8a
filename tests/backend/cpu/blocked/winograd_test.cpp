// Winograd's tiles beside sums made in double.
#include "backend/cpu/blocked/winograd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>
#include <random>
#include <span>
#include <vector>

#include "backend/cpu/matrix/convolution.h"
#include "support/one_thread.h"

namespace tenon::winograd {

using blocked::available;
using blocked::kBlock;
namespace {

class Floats {
 public:
  explicit Floats(std::size_t count)
      : data_(static_cast<float*>(std::aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64)),
              &std::free),
        count_(count) {}
  std::span<float> all() const { return {data_.get(), count_}; }
  float* data() const { return data_.get(); }
  float& operator[](std::int64_t i) const { return data_[static_cast<std::size_t>(i)]; }

 private:
  std::unique_ptr<float[], void (*)(void*)> data_;
  std::size_t count_;
};

Floats random_floats(std::int64_t count, unsigned seed) {
  Floats floats(static_cast<std::size_t>(count));
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> distribution(-1, 1);
  for (float& number : floats.all()) number = distribution(generator);
  return floats;
}

// Of an element of an image in blocks.
std::int64_t place(std::int64_t image, std::int64_t channel, std::int64_t row, std::int64_t column,
                   std::int64_t channels, std::int64_t height, std::int64_t width) {
  return (((image * channels + channel) / kBlock * height + row) * width + column) * kBlock +
         channel % kBlock;
}

struct Case {
  Shape shape;
  int threads = 1;
  bool adds = false;
  float low = -std::numeric_limits<float>::infinity(), high = std::numeric_limits<float>::infinity();
};

struct Data {
  explicit Data(const Shape& shape)
      : x(random_floats(shape.images * shape.channels * shape.height * shape.width, 1)),
        filters(random_floats(shape.filters * shape.channels * 9, 2)),
        bias(random_floats(shape.filters, 3)),
        y(random_floats(shape.images * shape.filters * shape.out_height * shape.out_width, 4)) {}
  Floats x, filters, bias, y;  // y holds what is added, where something is
};

void compute(const Case& test, const Data& data) {
  const Shape& shape = test.shape;
  const Floats packed(packed_bytes(shape.filters, shape.channels, shape.way) / sizeof(float));
  pack({data.filters.data(), shape.filters, shape.channels}, shape.way, packed.data());
  const Plan plan = make_plan(shape, test.threads);
  const Floats scratch(plan.scratch_bytes() / sizeof(float));
  run(plan, {data.x.data(),
             packed.data(),
             data.y.data(),
             {data.bias.data(), test.adds ? data.y.data() : nullptr, test.low, test.high},
             scratch.data()});
}

struct Sum {
  double value = 0, magnitude = 0;
};

Sum convolved(const Shape& s, const Data& data, std::int64_t n, std::int64_t k, std::int64_t row,
              std::int64_t column) {
  Sum sum;
  for (std::int64_t c = 0; c < s.channels; ++c)
    for (std::int64_t i = 0; i < 9; ++i) {
      const std::int64_t r = row + i / 3 - s.pad_top, q = column + i % 3 - s.pad_left;
      if (r < 0 || q < 0 || r >= s.height || q >= s.width) continue;
      const double term = static_cast<double>(data.x[place(n, c, r, q, s.channels, s.height, s.width)]) *
                          static_cast<double>(data.filters[(k * s.channels + c) * 9 + i]);
      sum.value += term;
      sum.magnitude += std::abs(term);
    }
  return sum;
}

void expect_right(const Case& test) {
  const Shape& s = test.shape;
  const Data data(s);
  const std::vector<float> added(data.y.all().begin(), data.y.all().end());
  compute(test, data);
  for (std::int64_t n = 0; n < s.images; ++n)
    for (std::int64_t k = 0; k < s.filters; ++k)
      for (std::int64_t row = 0; row < s.out_height; ++row)
        for (std::int64_t column = 0; column < s.out_width; ++column) {
          const std::int64_t at = place(n, k, row, column, s.filters, s.out_height, s.out_width);
          const Sum sum = convolved(s, data, n, k, row, column);
          const double plain = sum.value + static_cast<double>(data.bias[k]) +
                               (test.adds ? static_cast<double>(added[static_cast<std::size_t>(at)]) : 0);
          const double wanted = std::fmin(std::fmax(plain, test.low), test.high);
          ASSERT_NEAR(data.y[at], wanted, 1e-6 * (sum.magnitude + 16))
              << n << ' ' << k << ' ' << row << ' ' << column;
        }
}

Shape square(std::int64_t channels, std::int64_t filters, std::int64_t size, const Way& way,
             std::int64_t images = 1) {
  return {images, channels, filters, size, size, size, size, 1, 1, way};
}

// Those that this processor runs.
std::vector<Way> ways() {
  std::vector<Way> ways;
  for (const std::int64_t tile : {2, 4})
    for (const Unit unit : {Unit::vectors, Unit::matrix})
      if (unit == Unit::matrix ? matrix::available() : available()) ways.push_back({tile, unit});
  return ways;
}

class Winograd : public ::testing::TestWithParam<Way> {
 protected:
  // To what the way wants: the matrix unit does not do without full panels.
  std::int64_t rounded(std::int64_t channels) const {
    return GetParam().unit == Unit::matrix ? channels / 32 * 32 + 32 : channels;
  }
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Winograd);
INSTANTIATE_TEST_SUITE_P(Ways, Winograd, ::testing::ValuesIn(ways()));

TEST_P(Winograd, OfImagesThatTilesDoNotFill) {
  for (const std::int64_t size : {1, 5, 8, 11}) expect_right({square(rounded(16), 32, size, GetParam())});
}

TEST_P(Winograd, OfPanelsOfSixteenFilters) { expect_right({square(32, rounded(48), 6, GetParam())}); }

TEST_P(Winograd, OfSeveralImages) { expect_right({square(rounded(16), rounded(16), 7, GetParam(), 3)}); }

TEST_P(Winograd, WithoutPadding) { expect_right({{1, rounded(16), 32, 9, 12, 7, 10, 0, 0, GetParam()}}); }

TEST_P(Winograd, WithPaddingOnOneSide) {
  expect_right({{1, rounded(16), 32, 9, 12, 8, 11, 1, 0, GetParam()}});
}

TEST_P(Winograd, AddsABiasAndAnImageWhereItLies) {
  expect_right({square(rounded(16), 32, 10, GetParam()), 1, true, 0});
  expect_right({square(rounded(16), 32, 10, GetParam()), 1, true, -0.5f, 0.5f});
}

TEST_P(Winograd, SharesTilesOrFiltersBetweenThreads) {
  const Shape tiles = square(rounded(16), 32, 20, GetParam()), filters = square(128, 256, 6, GetParam());
  EXPECT_EQ(make_plan(tiles, 2).tile_parts, 2);
  EXPECT_EQ(make_plan(filters, 2).filter_parts, 2);
  expect_right({tiles, 2, true});
  expect_right({filters, 2, true});
  expect_right({filters, 3});
}

TEST_P(Winograd, ComputesAllWhereFewerThreadsComeThanAskedFor) {
  const OneThread one;
  expect_right({square(rounded(16), 32, 20, GetParam()), 2, true});
}

TEST_P(Winograd, TakesAFewTilesAtATimeWhereTheImageIsLarge) {
  const Shape large = square(rounded(16), rounded(16), 112, GetParam());
  EXPECT_LT(make_plan(large, 1).chunk, large.tiles());
  expect_right({large});
}

TEST_P(Winograd, KeepsNan) {
  const Case test{square(rounded(16), rounded(16), 6, GetParam()), 1, false, 0, 6};
  const Data data(test.shape);
  data.x[0] = std::nanf("");
  compute(test, data);
  EXPECT_TRUE(std::isnan(data.y[0]));
}

}  // namespace
}  // namespace tenon::winograd
