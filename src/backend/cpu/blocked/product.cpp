#include "backend/cpu/blocked/product.h"

#include <array>
#include <utility>

#include "backend/cpu/blocked/lanes.h"

namespace tenon::blocked {

namespace {
// Fourteen pixels of two registers are 28 sums; with the two of the panel and one that is repeated, 31 of the
// 32.
constexpr int kMostPixels = 14;

// What an epilogue is made of, in registers: stores into the result might change it otherwise.
template <int registers>
struct Ending {
  Lanes low, high;
  Lanes bias[registers];
  const float* added;
};

template <int registers>
TENON_AVX512_INLINE Ending<registers> ending_of(const Epilogue& epilogue) {
  Ending<registers> ending{repeat(epilogue.low), repeat(epilogue.high), {}, epilogue.added};
#pragma GCC unroll 2
  for (int i = 0; i < registers; ++i)
    ending.bias[i] = epilogue.bias ? load(epilogue.bias + i * kBlock) : zero();
  return ending;
}

struct Group {
  std::int64_t first;  // pixel
  const float*
      ahead;  // what is asked for meanwhile: a part of the panel behind this one, from memory far away
  std::int64_t ahead_step;
};

template <int pixels, int registers>
TENON_AVX512_INLINE void store_sums(const Lanes (&sums)[pixels][registers], float* out, std::int64_t stride) {
#pragma GCC unroll 16
  for (int pixel = 0; pixel < pixels; ++pixel)
#pragma GCC unroll 2
    for (int i = 0; i < registers; ++i) store(out + i * stride + pixel * kBlock, sums[pixel][i]);
}

template <int pixels, int registers>
TENON_AVX512_INLINE void add_image(Lanes (&sums)[pixels][registers], const float* image,
                                   std::int64_t stride) {
#pragma GCC unroll 16
  for (int pixel = 0; pixel < pixels; ++pixel)
#pragma GCC unroll 2
    for (int i = 0; i < registers; ++i)
      sums[pixel][i] = plus(sums[pixel][i], load(image + i * stride + pixel * kBlock));
}

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
        const Lanes factor = repeat(image[std::int64_t{pixel} * step * kBlock + lane]);
#pragma GCC unroll 2
        for (int i = 0; i < registers; ++i) sums[pixel][i] = times_plus(factor, right[i], sums[pixel][i]);
      }
    }
  float* const out = product.out + group.first * kBlock;
  const std::int64_t stride = product.out_stride;
  if (!product.epilogue) return store_sums(sums, out, stride);
  const Ending<registers> ending = ending_of<registers>(*product.epilogue);
#pragma GCC unroll 16
  for (int pixel = 0; pixel < pixels; ++pixel)
#pragma GCC unroll 2
    for (int i = 0; i < registers; ++i) sums[pixel][i] = plus(sums[pixel][i], ending.bias[i]);
  if (ending.added) add_image(sums, ending.added + group.first * kBlock, stride);
  // NaN passes the bounds: of NaN and a number they give the second.
#pragma GCC unroll 16
  for (int pixel = 0; pixel < pixels; ++pixel)
#pragma GCC unroll 2
    for (int i = 0; i < registers; ++i)
      sums[pixel][i] = smaller(ending.high, larger(ending.low, sums[pixel][i]));
  store_sums(sums, out, stride);
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
