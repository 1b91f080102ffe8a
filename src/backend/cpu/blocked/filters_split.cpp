#include "backend/cpu/blocked/filters.h"
#include "backend/cpu/matrix/kernel.h"
#include "backend/cpu/matrix/split.h"

namespace tenon::winograd {

namespace {
using blocked::kBlock;
using matrix::kDepth;
using matrix::kPanel;

constexpr std::int64_t kTile = matrix::kTileRows * kDepth, kMostPoints = 36;

// A row of the tiles: one channel and the sixteenth behind it, at each point; the parts in the order low,
// middle, high.
TENON_MATRIX void split_points(const float* first, const float* second, std::int64_t points,
                               std::uint16_t* to, std::int64_t point_stride) {
  for (std::int64_t point = 0; point < points; ++point, to += point_stride) {
    const matrix::Split a = matrix::split_any(_mm512_load_ps(first + point * kBlock));
    const matrix::Split b = matrix::split_any(_mm512_load_ps(second + point * kBlock));
    _mm512_storeu_si512(to, matrix::interleaved(a.low, b.low));
    _mm512_storeu_si512(to + 2 * kTile, matrix::interleaved(a.middle, b.middle));
    _mm512_storeu_si512(to + 4 * kTile, matrix::interleaved(a.high, b.high));
  }
}
}  // namespace

// For each point and panel, 32 channels after another: three parts of two tiles of sixteen filters.
void pack_split(const Filters& filters, const Way& way, void* packed) {
  auto* to = static_cast<std::uint16_t*>(packed);
  const std::int64_t point_stride = 3 * filters.count * filters.channels;
  alignas(64) float points[2][kMostPoints * kBlock];
  for (std::int64_t panel = 0; panel < filters.count; panel += kPanel)
    for (std::int64_t step = 0; step < filters.channels; step += kDepth, to += 6 * kTile)
      for (std::int64_t half = 0; half < 2; ++half)
        for (std::int64_t row = 0; row < matrix::kTileRows; ++row) {
          for (std::int64_t i = 0; i < 2; ++i)
            transform_filters(filters, panel + half * kBlock, step + i * kBlock + row, way.tile, points[i]);
          split_points(points[0], points[1], way.points(), to + half * kTile + row * kDepth, point_stride);
        }
}

}  // namespace tenon::winograd
