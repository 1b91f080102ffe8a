#include "backend/cpu/matrix/kernel.h"

namespace tenon::matrix {

namespace {
constexpr std::int64_t kTile = kTileRows * kDepth;  // numbers
constexpr int kRowBytes = 64;

// The left side of some pixels stands in tiles 4 and 5, the right one of some filters in 6 and 7.
template <int rows>
TENON_MATRIX_INLINE void load_left(const std::uint16_t* from) {
  _tile_loadd(4, from, kRowBytes);
  if constexpr (rows == 2) _tile_loadd(5, from + kTile, kRowBytes);
}

template <int columns>
TENON_MATRIX_INLINE void load_right(const std::uint16_t* from) {
  _tile_loadd(6, from, kRowBytes);
  if constexpr (columns == 2) _tile_loadd(7, from + kTile, kRowBytes);
}

template <int rows, int columns>
TENON_MATRIX_INLINE void multiply_tiles() {
  _tile_dpbf16ps(0, 4, 6);
  if constexpr (columns == 2) _tile_dpbf16ps(1, 4, 7);
  if constexpr (rows == 2) _tile_dpbf16ps(2, 5, 6);
  if constexpr (rows == 2 && columns == 2) _tile_dpbf16ps(3, 5, 7);
}

// The parts of a panel lie in the order low, middle, high. The order of the products loads few tiles twice.
template <int rows, int columns, int parts>
TENON_MATRIX_INLINE void step(const std::uint16_t* left, std::int64_t part_size, const std::uint16_t* right) {
  load_left<rows>(left);
  load_right<columns>(right);
  multiply_tiles<rows, columns>();
  if constexpr (parts == 3) {
    const std::uint16_t* const middle = right + 2 * kTile;
    const std::uint16_t* const high = middle + 2 * kTile;
    load_right<columns>(middle);
    multiply_tiles<rows, columns>();
    load_left<rows>(left + part_size);
    multiply_tiles<rows, columns>();
    load_right<columns>(high);
    multiply_tiles<rows, columns>();
    load_left<rows>(left);
    multiply_tiles<rows, columns>();
    load_left<rows>(left + 2 * part_size);
    multiply_tiles<rows, columns>();
  }
}

template <int rows, int columns, int parts>
TENON_MATRIX void multiply_patch(const Left& left, const Patch& patch, float* sums) {
  const std::uint16_t* right = patch.panel;
  const std::byte* ahead = patch.ahead;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (const std::int64_t offset : left.offsets) {
    step<rows, columns, parts>(patch.left + offset, left.part_size, right);
    right += kTile * 2 * parts;
    for (std::int64_t line = 0; line < patch.ahead_lines; ++line, ahead += kRowBytes)
      _mm_prefetch(reinterpret_cast<const char*>(ahead), _MM_HINT_T1);
  }
  constexpr int kSumBytes = kPanel * sizeof(float);
  _tile_stored(0, sums, kSumBytes);
  if constexpr (columns == 2) _tile_stored(1, sums + 16, kSumBytes);
  if constexpr (rows == 2) _tile_stored(2, sums + 16 * kPanel, kSumBytes);
  if constexpr (rows == 2 && columns == 2) _tile_stored(3, sums + 16 * kPanel + 16, kSumBytes);
}

using Kernel = void (*)(const Left& left, const Patch& patch, float* sums);

template <int parts>
constexpr Kernel kKernels[2][2] = {{multiply_patch<1, 1, parts>, multiply_patch<1, 2, parts>},
                                   {multiply_patch<2, 1, parts>, multiply_patch<2, 2, parts>}};
}  // namespace

void multiply(const Left& left, const Patch& patch, Tiles& tiles, float* sums) {
  tiles.resize(patch.pixels);
  const int rows = patch.pixels > kTileRows ? 1 : 0, columns = patch.columns > 1 ? 1 : 0;
  const auto& kernels = left.parts == 3 ? kKernels<3> : kKernels<1>;
  kernels[rows][columns](left, patch, sums);
}

}  // namespace tenon::matrix
