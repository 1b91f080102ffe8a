// The matrix unit's convolutions and products beside sums made in double. Processors without one have nothing
// to test: the backend never asks for it there.
#include "backend/cpu/matrix/convolution.h"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace tenon::matrix {
namespace {

constexpr float kInfinite = std::numeric_limits<float>::infinity();

std::uint16_t to_bf16(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  return static_cast<std::uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}
float from_bf16(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

// Numbers of either type in memory of their own, read and written as f32.
class Numbers {
 public:
  Numbers(Number number, std::int64_t count, unsigned seed)
      : number_(number), wide_(to_size(count)), narrow_(to_size(count)) {
    std::mt19937 generator(seed);
    std::uniform_real_distribution<float> distribution(-1, 1);
    for (std::int64_t i = 0; i < count; ++i) set(i, distribution(generator));
  }
  void set(std::int64_t i, float value) {
    narrow_[to_size(i)] = to_bf16(value);
    wide_[to_size(i)] = value;
  }
  float operator[](std::int64_t i) const {
    return number_ == Number::f32 ? wide_[to_size(i)] : from_bf16(narrow_[to_size(i)]);
  }
  void* data() { return number_ == Number::f32 ? static_cast<void*>(wide_.data()) : narrow_.data(); }

 private:
  static std::size_t to_size(std::int64_t i) { return static_cast<std::size_t>(i); }
  Number number_;
  std::vector<float> wide_;
  std::vector<std::uint16_t> narrow_;
};

std::int64_t place(const Image& image, std::int64_t n, std::int64_t channel, std::int64_t pixel) {
  return n * image.channels * image.pixels() + channel / image.block * image.block * image.pixels() +
         pixel * image.block + channel % image.block;
}

struct Options {
  int threads = 1;
  bool adds = false;
  float low = -kInfinite, high = kInfinite;
};

struct Sum {
  double value = 0, magnitude = 0;
};

// Everything about one problem, and what it should give.
class Trial {
 public:
  Trial(const Problem& problem, const Options& options)
      : problem_(problem),
        options_(options),
        x_(problem.x.number, problem.images * problem.x.channels * problem.x.pixels(), 1),
        w_(problem.parts == 1 ? Number::bf16 : Number::f32, filter_size() * problem.y.channels, 2),
        bias_(Number::f32, problem.y.channels, 3),
        y_(problem.y.number, problem.images * problem.y.channels * problem.y.pixels(), 4),
        added_(y_) {}

  Numbers& x() { return x_; }
  Numbers& w() { return w_; }
  const Numbers& y() const { return y_; }

  void run() {
    const Plan plan = make_plan(problem_, options_.threads);
    const std::int64_t row = problem_.across.kernel, channel = problem_.down.kernel * row;
    std::vector<std::uint16_t> packed(plan.packed_bytes() / 2);
    pack(plan, {w_.data(), problem_.parts == 1 ? Number::bf16 : Number::f32, filter_size(), channel, row, 1},
         packed.data());
    std::vector<std::byte> scratch(plan.scratch_bytes() + 64);
    auto* aligned = scratch.data() + 64 - reinterpret_cast<std::uintptr_t>(scratch.data()) % 64;
    Epilogue epilogue{static_cast<const float*>(bias_.data()), options_.adds ? y_.data() : nullptr,
                      problem_.y.number, options_.low, options_.high};
    matrix::run(plan, {x_.data(), packed.data(), y_.data(), epilogue, aligned});
  }

  Sum wanted(std::int64_t n, std::int64_t filter, std::int64_t pixel) const {
    const float added = options_.adds ? added_[place(problem_.y, n, filter, pixel)] : 0.f;
    Sum sum{static_cast<double>(bias_[filter]) + added, std::fabs(bias_[filter]) + std::fabs(added)};
    const Axis &down = problem_.down, &across = problem_.across;
    for (std::int64_t i = 0; i < down.kernel; ++i)
      for (std::int64_t j = 0; j < across.kernel; ++j) {
        const std::int64_t row = pixel / problem_.y.width * down.stride + i * down.dilation - down.pad;
        const std::int64_t column =
            pixel % problem_.y.width * across.stride + j * across.dilation - across.pad;
        if (row < 0 || column < 0 || row >= problem_.x.height || column >= problem_.x.width) continue;
        add_pixel(sum, n, filter, row * problem_.x.width + column, i * across.kernel + j);
      }
    if (!std::isnan(sum.value)) sum.value = std::fmin(std::fmax(sum.value, options_.low), options_.high);
    return sum;
  }

  void expect_right() const {
    const double eps = problem_.y.number == Number::f32 ? 1.2e-7 : 0;
    for (std::int64_t n = 0; n < problem_.images; ++n)
      for (std::int64_t filter = 0; filter < problem_.y.channels; ++filter)
        for (std::int64_t pixel = 0; pixel < problem_.y.pixels(); ++pixel) {
          const Sum sum = wanted(n, filter, pixel);
          const double rounding = problem_.y.number == Number::bf16 ? std::fabs(sum.value) / 250 : 0;
          ASSERT_NEAR(y_[place(problem_.y, n, filter, pixel)], sum.value,
                      (2 * eps + 1e-7) * sum.magnitude + rounding)
              << n << ' ' << filter << ' ' << pixel;
        }
  }

 private:
  std::int64_t filter_size() const {
    return problem_.x.channels * problem_.down.kernel * problem_.across.kernel;
  }
  void add_pixel(Sum& sum, std::int64_t n, std::int64_t filter, std::int64_t pixel, std::int64_t tap) const {
    const std::int64_t taps = problem_.down.kernel * problem_.across.kernel;
    for (std::int64_t c = 0; c < problem_.x.channels; ++c) {
      const double product = static_cast<double>(x_[place(problem_.x, n, c, pixel)]) *
                             static_cast<double>(w_[(filter * problem_.x.channels + c) * taps + tap]);
      sum.value += product;
      sum.magnitude += std::fabs(product);
    }
  }

  Problem problem_;
  Options options_;
  Numbers x_, w_, bias_, y_, added_;
};

// Square images and kernels; `block` of 0: all channels side by side.
struct Kind {
  std::int64_t channels, size, filters;
  Axis axis = {};
  std::int64_t x_block = 16, images = 1;
};
Problem problem_of(const Kind& kind, int parts, Number y = Number::f32) {
  const std::int64_t out = (kind.size + 2 * kind.axis.pad - kind.axis.reach() - 1) / kind.axis.stride + 1;
  const Number number = parts == 1 ? Number::bf16 : Number::f32;
  return {kind.images,
          {number, kind.channels, kind.size, kind.size, kind.x_block ? kind.x_block : kind.channels},
          {y, kind.filters, out, out, kind.x_block ? 16 : kind.filters},
          kind.axis,
          kind.axis,
          parts};
}

void expect_right(const Kind& kind, const Options& options = {}) {
  for (const int parts : {3, 1})
    for (const Number y : {Number::f32, Number::bf16}) {
      Trial trial(problem_of(kind, parts, y), options);
      trial.run();
      trial.expect_right();
    }
}

std::vector<std::string> units() {
  return available() ? std::vector<std::string>{"amx"} : std::vector<std::string>();
}

class MatrixUnit : public ::testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(MatrixUnit);
INSTANTIATE_TEST_SUITE_P(On, MatrixUnit, ::testing::ValuesIn(units()));

TEST_P(MatrixUnit, MultipliesMatricesOfAnySize) {
  for (const std::int64_t rows : {1, 3, 5}) expect_right({40, rows, 50, {}, 0});
  expect_right({33, 7, 17, {}, 0});
  expect_right({1, 2, 1, {}, 0});
}

TEST_P(MatrixUnit, DoesConvolutionsOfOnePixel) {
  expect_right({64, 6, 48});
  expect_right({32, 9, 32, {1, 2}});
  expect_right({48, 8, 16, {1, 2}, 16, 2});
}

TEST_P(MatrixUnit, PadsConvolutionsOfOnePixelBehindTheImageAlone) {
  for (const int parts : {3, 1}) {
    Problem problem = problem_of({32, 5, 32}, parts);
    problem.y.height = 6, problem.y.width = 7;
    Trial trial(problem, {});
    trial.run();
    trial.expect_right();
  }
}

TEST_P(MatrixUnit, DoesConvolutionsWithPaddingAndStrides) {
  expect_right({32, 7, 32, {3, 1, 1, 1}});
  expect_right({32, 8, 48, {3, 2, 1, 1}});
  expect_right({64, 9, 32, {5, 3, 1, 2}});
  expect_right({32, 9, 32, {3, 1, 2, 2}});
  expect_right({96, 6, 64, {3, 1, 1, 1}, 16, 2});
}

TEST_P(MatrixUnit, TakesPlacesForChannelsWhereThereAreFew) {
  expect_right({3, 20, 32, {7, 2, 1, 3}, 1});
  expect_right({1, 9, 16, {3, 1, 1, 1}, 1, 2});
  expect_right({16, 8, 32, {3, 1, 1, 1}});
}

TEST_P(MatrixUnit, AddsABiasAndAnImageWhereItLiesAndKeepsBounds) {
  expect_right({32, 6, 48, {3, 1, 1, 1}}, {1, true, 0});
  expect_right({64, 5, 32}, {1, true, -0.25f, 0.5f});
}

TEST_P(MatrixUnit, SharesRowsOrFiltersBetweenThreads) {
  expect_right({32, 11, 64, {3, 1, 1, 1}}, {3, true});
  expect_right({512, 3, 512}, {2});
}

TEST_P(MatrixUnit, DoesAllPartsWhereThreadsAreFewer) {
  const int levels = omp_get_max_active_levels();
  omp_set_max_active_levels(0);
  expect_right({32, 11, 64, {3, 1, 1, 1}}, {3});
  omp_set_max_active_levels(levels);
}

TEST_P(MatrixUnit, TakesAPartOfTheRowsAtATimeWhereTheImageIsLarge) {
  expect_right({256, 30, 32, {3, 1, 1, 1}});
}

TEST_P(MatrixUnit, KeepsNumbersThatAreNotFinite) {
  for (const float special : {kInfinite, -kInfinite, std::numeric_limits<float>::quiet_NaN()}) {
    Trial trial(problem_of({32, 4, 32}, 3), {});
    trial.x().set(place({Number::f32, 32, 4, 4, 16}, 0, 5, 3), special);
    trial.run();
    for (std::int64_t filter = 0; filter < 32; ++filter) {
      const double got = trial.y()[place({Number::f32, 32, 4, 4, 16}, 0, filter, 3)];
      const double wanted = trial.wanted(0, filter, 3).value;
      EXPECT_TRUE(std::isnan(wanted) ? std::isnan(got) : got == wanted) << special << ' ' << filter;
    }
  }
}

TEST_P(MatrixUnit, KeepsAPayloadOfNanAboveItsLowBits) {
  Trial trial(problem_of({32, 4, 32}, 3), {});
  trial.x().set(0, std::bit_cast<float>(0x7F800001u));
  trial.run();
  EXPECT_TRUE(std::isnan(trial.y()[0]));
}

TEST_P(MatrixUnit, IsExactWhereNumbersAreFarApart) {
  Trial trial(problem_of({32, 1, 32}, 3), {});
  for (std::int64_t i = 0; i < 32; ++i) trial.x().set(i, i == 3 ? 0x1.fffffep-60f : 0.f);
  for (std::int64_t i = 0; i < 32 * 32; ++i) trial.w().set(i, 0x1.000002p60f);
  trial.run();
  trial.expect_right();
}

}  // namespace
}  // namespace tenon::matrix
