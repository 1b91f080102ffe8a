// 1x1 convolutions over blocked images beside sums made in double.
#include "backend/cpu/blocked/pointwise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "support/one_thread.h"

namespace tenon::pointwise {
namespace {

using blocked::kBlock;

std::vector<float> random_floats(std::int64_t count, unsigned seed) {
  std::vector<float> floats(static_cast<std::size_t>(count));
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> distribution(-1, 1);
  for (float& number : floats) number = distribution(generator);
  return floats;
}

std::size_t place(std::int64_t image, std::int64_t channel, std::int64_t pixel, std::int64_t channels,
                  std::int64_t pixels) {
  return static_cast<std::size_t>(((image * channels + channel) / kBlock * pixels + pixel) * kBlock +
                                  channel % kBlock);
}

void expect_right(const Shape& shape, int threads = 1, bool adds = false, float low = -1e30f,
                  float high = 1e30f) {
  const std::int64_t in = shape.height * shape.width, out = shape.out_height() * shape.out_width();
  const std::vector<float> x = random_floats(shape.images * shape.channels * in, 1),
                           filters = random_floats(shape.filters * shape.channels, 2),
                           bias = random_floats(shape.filters, 3),
                           added = random_floats(shape.images * shape.filters * out, 4);
  std::vector<float> packed(filters.size()), y = added;
  pack(filters.data(), shape.filters, shape.channels, packed.data());
  run(shape, {x.data(), packed.data(), y.data(), {bias.data(), adds ? y.data() : nullptr, low, high}},
      threads);
  for (std::int64_t n = 0; n < shape.images; ++n)
    for (std::int64_t k = 0; k < shape.filters; ++k)
      for (std::int64_t pixel = 0; pixel < out; ++pixel) {
        const std::int64_t from =
            pixel / shape.out_width() * shape.stride * shape.width + pixel % shape.out_width() * shape.stride;
        const std::size_t at = place(n, k, pixel, shape.filters, out);
        double sum = bias[static_cast<std::size_t>(k)] + (adds ? added[at] : 0.f);
        for (std::int64_t c = 0; c < shape.channels; ++c)
          sum += static_cast<double>(x[place(n, c, from, shape.channels, in)]) *
                 static_cast<double>(filters[static_cast<std::size_t>(k * shape.channels + c)]);
        const double wanted = std::fmin(std::fmax(sum, low), high);
        ASSERT_NEAR(y[at], wanted, 1e-6 * static_cast<double>(shape.channels + 4))
            << n << ' ' << k << ' ' << pixel;
      }
}

// Of each set of instructions that these kernels are written in and this processor runs.
std::vector<std::string> instructions() {
  return blocked::available() ? std::vector<std::string>{"vectors"} : std::vector<std::string>();
}

class Pointwise : public ::testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Pointwise);
INSTANTIATE_TEST_SUITE_P(On, Pointwise, ::testing::ValuesIn(instructions()));

TEST_P(Pointwise, OfImagesOfAnySize) {
  for (const std::int64_t size : {1, 3, 4, 7}) expect_right({1, 16, 32, size, size, 1});
}

TEST_P(Pointwise, OfPanelsOfSixteenFilters) { expect_right({1, 32, 48, 5, 6, 1}); }

TEST_P(Pointwise, OfSeveralImages) { expect_right({3, 16, 16, 4, 5, 1}); }

TEST_P(Pointwise, WithAStride) {
  expect_right({1, 16, 32, 8, 8, 2});
  expect_right({2, 32, 16, 7, 9, 2});
  expect_right({1, 16, 32, 9, 40, 2}, 2);
}

TEST_P(Pointwise, AddsABiasAndAnImageWhereItLies) {
  expect_right({1, 16, 32, 5, 5, 1}, 1, true, 0);
  expect_right({1, 16, 32, 5, 5, 1}, 1, true, -0.5f, 0.5f);
}

TEST_P(Pointwise, TakesAFewPixelsAtATimeWhereTheImageIsLarge) { expect_right({1, 512, 32, 20, 20, 1}); }

TEST_P(Pointwise, ComputesAllWhereFewerThreadsComeThanAskedFor) {
  const OneThread one;
  expect_right({1, 32, 32, 9, 9, 1}, 2, true);
}

TEST_P(Pointwise, SharesPixelsOrFiltersBetweenThreads) {
  expect_right({1, 32, 32, 9, 9, 1}, 2, true);
  expect_right({1, 512, 1024, 2, 3, 1}, 3, true);
}

}  // namespace
}  // namespace tenon::pointwise
