#include "backend/cpu/blocked/product.h"

#include <array>
#include <utility>

#include "backend/cpu/blocked/lanes.h"

namespace tenon::blocked {

namespace {
// Fourteen pixels of two registers are 28 sums; with the two of the panel and one that is repeated, 31 of the
// 32.
constexpr int kMostPixels = 14;

// NaN passes the bounds: of NaN and a number they give the second.
TENON_AVX512_INLINE Lanes finish(Lanes value, const Epilogue& epilogue, std::int64_t filter,
                                 std::int64_t at) {
  if (epilogue.bias) value = plus(value, load(epilogue.bias + filter));
  if (epilogue.added) value = plus(value, load(epilogue.added + at));
  return smaller(repeat(epilogue.high), larger(repeat(epilogue.low), value));
}

struct Group {
  std::int64_t first;  // pixel
  const float*
      ahead;  // what is asked for meanwhile: a part of the panel behind this one, from memory far away
  std::int64_t ahead_step;
};

template <int pixels, int registers, int step>
TENON_AVX512 void multiply_pixels(const Product& product, const Group& group) {
  Lanes sums[pixels][registers];
#pragma GCC unroll 16
  for (int pixel = 0; pixel < pixels; ++pixel)
#pragma GCC unroll 2
    for (int i = 0; i < registers; ++i) sums[pixel][i] = zero();
  const float* image = product.image + group.first * step * kBlock;
  const float* panel = product.panel;
  const float* ahead = group.ahead;
  for (std::int64_t block = 0; block < product.channels; block += kBlock, image += product.image_stride)
    for (int lane = 0; lane < kBlock; ++lane, panel += registers * kBlock, ahead += group.ahead_step) {
      Lanes right[registers];
#pragma GCC unroll 2
      for (int i = 0; i < registers; ++i) right[i] = load(panel + i * kBlock);
      prefetch(ahead);
#pragma GCC unroll 16
      for (int pixel = 0; pixel < pixels; ++pixel) {
        const Lanes factor = repeat(image[pixel * step * kBlock + lane]);
#pragma GCC unroll 2
        for (int i = 0; i < registers; ++i) sums[pixel][i] = times_plus(factor, right[i], sums[pixel][i]);
      }
    }
#pragma GCC unroll 16
  for (int pixel = 0; pixel < pixels; ++pixel)
#pragma GCC unroll 2
    for (int i = 0; i < registers; ++i) {
      const std::int64_t at = i * product.out_stride + (group.first + pixel) * kBlock;
      const Lanes sum = sums[pixel][i];
      store(product.out + at, product.epilogue ? finish(sum, *product.epilogue, i * kBlock, at) : sum);
    }
}

using Kernel = void (*)(const Product& product, const Group& group);

template <int registers, int step, int... pixels>
constexpr std::array<Kernel, sizeof...(pixels)> kernels(std::integer_sequence<int, pixels...>) {
  return {multiply_pixels<pixels + 1, registers, step>...};
}

constexpr auto kCounts = std::make_integer_sequence<int, kMostPixels>();
constexpr std::array<Kernel, kMostPixels> kKernels[2][2] = {{kernels<1, 1>(kCounts), kernels<1, 2>(kCounts)},
                                                            {kernels<2, 1>(kCounts), kernels<2, 2>(kCounts)}};
}  // namespace

bool available() { return __builtin_cpu_supports("avx512f") != 0; }

std::int64_t panel_width(std::int64_t filters) { return filters % 32 == 0 ? 32 : 16; }

// Pixels in groups as even as they come, so that none is left with a few. While a group is computed it has
// its part of the next panel brought near: one line a channel, so that two groups or more get all of it.
void multiply(const Product& product) {
  const auto& by_pixels = kKernels[product.width / kBlock - 1][product.step - 1];
  const std::int64_t groups = (product.pixels + kMostPixels - 1) / kMostPixels;
  const std::int64_t size = product.channels * product.width;
  for (std::int64_t i = 0; i < groups; ++i) {
    const std::int64_t begin = product.pixels * i / groups, end = product.pixels * (i + 1) / groups;
    const Group group{begin, product.panel + size + size * i / groups, product.width / groups};
    by_pixels[static_cast<std::size_t>(end - begin - 1)](product, group);
  }
}

}  // namespace tenon::blocked
