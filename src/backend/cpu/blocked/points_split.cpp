#include <algorithm>

#include "backend/cpu/blocked/points.h"
#include "backend/cpu/blocked/tile_io.h"
#include "backend/cpu/matrix/kernel.h"
#include "backend/cpu/matrix/split.h"

namespace tenon::winograd {

namespace {
using blocked::kBlock;
using matrix::kDepth;
using matrix::kPanel;

constexpr int kParts = 3;
constexpr std::int64_t kMostPoints = 36;

// Numbers of the image that are not finite make NaN of what Winograd's way sums them into, and so they do of
// their second part.
TENON_MATRIX void split_points(const float* first, const float* second, std::int64_t points,
                               std::uint16_t* to, std::int64_t part_size) {
  for (std::int64_t point = 0; point < points; ++point, to += kParts * part_size) {
    const matrix::Split a = matrix::split(_mm512_load_ps(first + point * kBlock));
    const matrix::Split b = matrix::split(_mm512_load_ps(second + point * kBlock));
    _mm512_store_si512(to, matrix::interleaved(a.high, b.high));
    _mm512_store_si512(to + part_size, matrix::interleaved(a.middle, b.middle));
    _mm512_store_si512(to + 2 * part_size, matrix::interleaved(a.low, b.low));
  }
}

std::int64_t part_size_of(const Plan& plan) { return plan.stride() * plan.shape.channels; }
}  // namespace

void read_split(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms) {
  const Shape& shape = plan.shape;
  auto* const tiles = static_cast<std::uint16_t*>(rooms.tiles);
  alignas(64) float numbers[2][kMostPoints * kBlock];
  for (std::int64_t t = 0; t < part.tiles(); ++t) {
    const Place place = place_of(shape, part.first_tile + t);
    for (std::int64_t step = 0; step < shape.channels / kDepth; ++step) {
      for (int i = 0; i < 2; ++i) read_tile(shape, arguments.x, place, 2 * step + i, numbers[i], kBlock);
      split_points(numbers[0], numbers[1], shape.way.points(), tiles + (step * plan.stride() + t) * kDepth,
                   part_size_of(plan));
    }
  }
}

// While the tiles meet a panel, the next panel is brought near, each time a part.
void multiply_split(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms) {
  constexpr std::int64_t kPatch = 32, kMostLines = 24;  // tiles at a time, lines brought near a step
  const std::int64_t channels = plan.shape.channels, stride = plan.stride();
  const std::int64_t patches = (part.tiles() + kPatch - 1) / kPatch, panel_size = kParts * kPanel * channels;
  const std::int64_t lines = std::min(kMostLines, kParts * kPanel / patches);
  const matrix::Left left{plan.offsets, part_size_of(plan), kParts};
  const auto* const tiles = static_cast<const std::uint16_t*>(rooms.tiles);
  const auto* const packed = static_cast<const std::uint16_t*>(arguments.packed);
  matrix::Tiles unit(1);
  for (std::int64_t point = 0; point < plan.shape.way.points(); ++point)
    for (std::int64_t filter = 0; filter < part.filters(); filter += kPanel) {
      const std::uint16_t* const panel =
          packed + (point * plan.shape.filters + part.first_filter + filter) * kParts * channels;
      float* const sums = rooms.products + (point * part.filters() + filter) * stride;
      for (std::int64_t t = 0; t < part.tiles(); t += kPatch) {
        const auto* const ahead = reinterpret_cast<const std::byte*>(panel + panel_size) +
                                  t / kPatch * lines * std::ssize(plan.offsets) * 64;
        matrix::multiply(left,
                         {tiles + point * kParts * left.part_size + t * kDepth, panel,
                          std::min(kPatch, part.tiles() - t), 2, ahead, lines},
                         unit, sums + t * kPanel);
      }
    }
}

}  // namespace tenon::winograd
