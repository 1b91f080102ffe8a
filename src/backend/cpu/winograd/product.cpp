#include "backend/cpu/winograd/product.h"

#include <array>
#include <utility>

#include "backend/cpu/winograd/lanes.h"

namespace tenon::winograd {

namespace {
// Fourteen rows of two registers are 28 sums; with the two of the panel and one that is repeated, 31 of
// the 32.
constexpr int kMostRows = 14;
constexpr int kAhead = 48;  // steps of the depth by which the panel is asked for before it is read

using Kernel = void (*)(const float* left, const float* panel, float* out, std::int64_t depth,
                        std::int64_t out_row);

template <int rows, int registers>
TENON_AVX512 void multiply_rows(const float* left, const float* panel, float* out, std::int64_t depth,
                                std::int64_t out_row) {
  Lanes sums[rows][registers];
#pragma GCC unroll 16
  for (int row = 0; row < rows; ++row)
#pragma GCC unroll 2
    for (int i = 0; i < registers; ++i) sums[row][i] = _mm512_setzero_ps();
  for (std::int64_t d = 0; d < depth; ++d) {
    Lanes right[registers];
#pragma GCC unroll 2
    for (int i = 0; i < registers; ++i) {
      right[i] = load(panel + (d * registers + i) * 16);
      _mm_prefetch(reinterpret_cast<const char*>(panel + ((d + kAhead) * registers + i) * 16), _MM_HINT_T0);
    }
#pragma GCC unroll 16
    for (int row = 0; row < rows; ++row) {
      const Lanes factor = repeat(left[row * depth + d]);
#pragma GCC unroll 2
      for (int i = 0; i < registers; ++i) sums[row][i] = _mm512_fmadd_ps(factor, right[i], sums[row][i]);
    }
  }
#pragma GCC unroll 16
  for (int row = 0; row < rows; ++row)
#pragma GCC unroll 2
    for (int i = 0; i < registers; ++i) store(out + row * out_row + i * 16, sums[row][i]);
}

template <int registers, int... rows>
constexpr std::array<Kernel, sizeof...(rows)> kernels(std::integer_sequence<int, rows...>) {
  return {multiply_rows<rows + 1, registers>...};
}

constexpr auto kCounts = std::make_integer_sequence<int, kMostRows>();
constexpr std::array kWide = kernels<2>(kCounts), kNarrow = kernels<1>(kCounts);
}  // namespace

// Rows in groups as even as they come, so that none is left with a few.
void multiply(const Product& product, std::int64_t width) {
  const auto& by_rows = width == 32 ? kWide : kNarrow;
  const std::int64_t groups = (product.rows + kMostRows - 1) / kMostRows;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::int64_t begin = product.rows * group / groups, end = product.rows * (group + 1) / groups;
    by_rows[static_cast<std::size_t>(end - begin - 1)](product.left + begin * product.depth, product.panel,
                                                       product.out + begin * product.out_row, product.depth,
                                                       product.out_row);
  }
}

}  // namespace tenon::winograd
