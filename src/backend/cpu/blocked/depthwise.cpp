#include "backend/cpu/blocked/depthwise.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "backend/cpu/blocked/lanes.h"
#include "backend/cpu/blocked/product.h"
#include "backend/cpu/parts.h"

namespace tenon::depthwise {

namespace {
using blocked::kBlock;
using blocked::Lanes;

constexpr int kMostPixels = 8;

template <Number number>
TENON_AVX512_INLINE Lanes load(const void* from, std::int64_t at) {
  if constexpr (number == Number::f32)
    return blocked::load(static_cast<const float*>(from) + at);
  else
    return blocked::load_bf16(static_cast<const std::uint16_t*>(from) + at);
}

// A block of channels of an image, and of its results.
struct Block {
  const Shape& shape;
  const void* x;
  const float* filters;
  void* y;
  Lanes bias, low, high;
  const void* added;  // laid out as the results; null where there is none
  Number added_number;
};

// (The loads stand before the stores, which might change what they read otherwise.)
template <int pixels>
TENON_AVX512_INLINE void finish(const Block& block, Lanes (&sums)[pixels], std::int64_t at) {
  const Lanes bias = block.bias, low = block.low, high = block.high;
#pragma GCC unroll 8
  for (int i = 0; i < pixels; ++i) sums[i] = blocked::plus(sums[i], bias);
  if (block.added) {
    const bool is_f32 = block.added_number == Number::f32;
#pragma GCC unroll 8
    for (int i = 0; i < pixels; ++i)
      sums[i] = blocked::plus(sums[i], is_f32 ? load<Number::f32>(block.added, at + i * kBlock)
                                              : load<Number::bf16>(block.added, at + i * kBlock));
  }
  // NaN passes the bounds: of NaN and a number they give the second.
#pragma GCC unroll 8
  for (int i = 0; i < pixels; ++i) sums[i] = blocked::smaller(high, blocked::larger(low, sums[i]));
  if (block.shape.y.number == Number::f32) {
    auto* const to = static_cast<float*>(block.y) + at;
#pragma GCC unroll 8
    for (int i = 0; i < pixels; ++i) blocked::store(to + i * kBlock, sums[i]);
  } else {
    auto* const to = static_cast<std::uint16_t*>(block.y) + at;
    for (int i = 0; i < pixels; ++i) blocked::store_bf16(to + i * kBlock, sums[i]);
  }
}

// Results side by side. Those of the places that their taps meet that may lie beside the image are checked:
// half a kernel on either side.
template <Number number, int kernel, int stride, int pixels>
TENON_AVX512_INLINE void sum_pixels(const Block& block, std::int64_t row, std::int64_t column) {
  constexpr int kPlaces = (pixels - 1) * stride + kernel, kSide = kernel / 2;
  const Image &x = block.shape.x, &y = block.shape.y;
  const Axis& down = block.shape.down;
  const std::int64_t first = column * stride - block.shape.across.pad;
  const float* filter = block.filters;
  Lanes sums[pixels];
#pragma GCC unroll 8
  for (int pixel = 0; pixel < pixels; ++pixel) sums[pixel] = blocked::zero();
  std::int64_t from = row * down.stride - down.pad;
  for (std::int64_t i = 0; i < down.kernel; ++i, from += down.dilation, filter += kernel * kBlock) {
    if (from < 0 || from >= x.height) continue;
    Lanes factors[kernel];
#pragma GCC unroll 8
    for (int j = 0; j < kernel; ++j) factors[j] = blocked::load(filter + j * kBlock);
#pragma GCC unroll 24
    for (int place = 0; place < kPlaces; ++place) {
      if (place < kSide && first + place < 0) continue;
      if (place >= kPlaces - kSide && first + place >= x.width) continue;
      const Lanes value = load<number>(block.x, (from * x.width + first + place) * kBlock);
#pragma GCC unroll 8
      for (int j = 0; j < kernel; ++j) {
        const int pixel = (place - j) / stride;
        if (place >= j && (place - j) % stride == 0 && pixel < pixels)
          sums[pixel] = blocked::times_plus(factors[j], value, sums[pixel]);
      }
    }
  }
  finish(block, sums, (row * y.width + column) * kBlock);
}

// Some groups of as many results, one after another.
struct Groups {
  std::int64_t row, column;
  std::int64_t count;
};

template <Number number, int kernel, int stride, int pixels>
TENON_AVX512 void sum_groups(const Block& block, const Groups& groups) {
  for (std::int64_t i = 0; i < groups.count; ++i)
    sum_pixels<number, kernel, stride, pixels>(block, groups.row, groups.column + i * pixels);
}

using Kernel = void (*)(const Block& block, const Groups& groups);
using Kernels = std::array<Kernel, kMostPixels>;

template <Number number, int kernel, int stride, int... pixels>
constexpr Kernels by_pixels(std::integer_sequence<int, pixels...>) {
  return {sum_groups<number, kernel, stride, pixels + 1>...};
}

template <Number number, int stride>
constexpr std::array<Kernels, 3> kBySize = {
    by_pixels<number, 3, stride>(std::make_integer_sequence<int, kMostPixels>()),
    by_pixels<number, 5, stride>(std::make_integer_sequence<int, kMostPixels>()),
    by_pixels<number, 7, stride>(std::make_integer_sequence<int, kMostPixels>())};

const Kernels& kernels_of(const Shape& shape) {
  const auto size = static_cast<std::size_t>(shape.across.kernel / 2 - 1);
  const bool is_wide = shape.across.stride == 2;
  if (shape.x.number == Number::bf16)
    return (is_wide ? kBySize<Number::bf16, 2> : kBySize<Number::bf16, 1>)[size];
  return (is_wide ? kBySize<Number::f32, 2> : kBySize<Number::f32, 1>)[size];
}

// In groups as even as they come.
void sum_row(const Kernels& kernels, const Block& block, std::int64_t row) {
  const std::int64_t width = block.shape.y.width, groups = (width + kMostPixels - 1) / kMostPixels;
  const std::int64_t size = width / groups, larger = width % groups;
  const auto kernel = kernels.begin() + size - 1;  // the next is of one pixel more
  if (larger > 0) kernel[1](block, {row, 0, larger});
  kernel[0](block, {row, larger * (size + 1), groups - larger});
}

std::int64_t bytes(std::int64_t numbers, Number number) {
  return numbers * static_cast<std::int64_t>(matrix::size_of(number));
}

TENON_AVX512 Block block_of(const Shape& shape, const Arguments& arguments, std::int64_t block) {
  const Epilogue& epilogue = arguments.epilogue;
  const std::int64_t filter = block % (shape.channels / kBlock) * kBlock;
  const std::int64_t from = block * shape.x.pixels() * kBlock, to = block * shape.y.pixels() * kBlock;
  const auto* const added = static_cast<const std::byte*>(epilogue.added);
  return {shape,
          static_cast<const std::byte*>(arguments.x) + bytes(from, shape.x.number),
          arguments.packed + filter * shape.taps(),
          static_cast<std::byte*>(arguments.y) + bytes(to, shape.y.number),
          epilogue.bias ? blocked::load(epilogue.bias + filter) : blocked::zero(),
          blocked::repeat(epilogue.low),
          blocked::repeat(epilogue.high),
          added ? added + bytes(to, epilogue.added_number) : nullptr,
          epilogue.added_number};
}
float number_at(const Filters& filters, std::int64_t at) {
  if (filters.number == Number::f32) return static_cast<const float*>(filters.numbers)[at];
  return std::bit_cast<float>(std::uint32_t{static_cast<const std::uint16_t*>(filters.numbers)[at]} << 16);
}
}  // namespace

bool fits(const Shape& shape) {
  const Axis& across = shape.across;
  const bool has_kernel = across.kernel == 3 || across.kernel == 5 || across.kernel == 7;
  const bool has_stride = across.stride == 1 || across.stride == 2;
  if (!has_kernel || !has_stride || across.dilation != 1) return false;
  const std::int64_t middle = across.kernel / 2 - across.pad;
  return middle >= 0 && (shape.y.width - 1) * across.stride + middle < shape.x.width;
}

void pack(const Filters& filters, float* packed) {
  const std::int64_t taps = filters.taps;
  for (std::int64_t i = 0; i < filters.channels * taps; ++i) {
    const std::int64_t channel = i / taps, tap = i % taps;
    packed[(channel / kBlock * taps + tap) * kBlock + channel % kBlock] = number_at(filters, i);
  }
}

// The threads share the rows of results of all blocks and images.
void run(const Shape& shape, const Arguments& arguments, int threads) {
  const Kernels& kernels = kernels_of(shape);
  const std::int64_t height = shape.y.height, rows = shape.images * shape.channels / kBlock * height;
  const auto work = [&](int thread) {
    const std::int64_t end = rows * (thread + 1) / threads;
    for (std::int64_t row = rows * thread / threads; row < end;) {
      const Block block = block_of(shape, arguments, row / height);
      const std::int64_t block_end = std::min(end, (row / height + 1) * height);
      for (; row < block_end; ++row) sum_row(kernels, block, row % height);
    }
  };
  cpu::run_parts(threads, work);
}

}  // namespace tenon::depthwise
