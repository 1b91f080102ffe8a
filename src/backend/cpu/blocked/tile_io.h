// Winograd's tiles between the images in blocks and the points.
#pragma once

#include "backend/cpu/blocked/winograd.h"

namespace tenon::winograd {

// Where a tile lies.
struct Place {
  std::int64_t image, row, column;  // of its first result
};
Place place_of(const Shape& shape, std::int64_t tile);

// One block of channels of a tile: its numbers at each point.
void read_tile(const Shape& shape, const float* x, const Place& place, std::int64_t block, float* to,
               std::int64_t point_stride);

// One block of filters of a tile, from the sums at each point to results.
void write_tile(const Shape& shape, const Arguments& arguments, const Place& place, std::int64_t block,
                const float* from, std::int64_t point_stride);

}  // namespace tenon::winograd
