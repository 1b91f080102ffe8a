#include "backend/cpu/blocked/tile_io.h"

#include <algorithm>

#include "backend/cpu/blocked/tiles.h"

namespace tenon::winograd {

namespace {
// One block of channels of one tile, into the images of the points, where each tile is a pixel.
// `is_inner`: all of it lies in the image.
template <int tile, bool is_inner>
TENON_AVX512 void read(const Shape& shape, const float* x, const Place& place, std::int64_t block, float* to,
                       std::int64_t point_stride) {
  constexpr int kSide = Tile<tile>::kSide;
  const std::int64_t blocks = shape.channels / kBlock;
  const float* image = x + (place.image * blocks + block) * shape.height * shape.width * kBlock;
  const std::int64_t top = place.row - shape.pad_top, left = place.column - shape.pad_left;
  Lanes columns[kSide][kSide];
#pragma GCC unroll 6
  for (int j = 0; j < kSide; ++j) {
    const std::int64_t column = left + j;
    const bool has_column = is_inner || (column >= 0 && column < shape.width);
    Lanes d[kSide];
#pragma GCC unroll 6
    for (int i = 0; i < kSide; ++i) {
      const std::int64_t row = top + i;
      const bool is_inside = is_inner || (has_column && row >= 0 && row < shape.height);
      d[i] = is_inside ? load(image + (row * shape.width + column) * kBlock) : zero();
    }
    Tile<tile>::forward(d, columns[j]);
  }
#pragma GCC unroll 6
  for (int i = 0; i < kSide; ++i) {
    Lanes row[kSide], out[kSide];
#pragma GCC unroll 6
    for (int j = 0; j < kSide; ++j) row[j] = columns[j][i];
    Tile<tile>::forward(row, out);
#pragma GCC unroll 6
    for (int j = 0; j < kSide; ++j) store(to + (i * kSide + j) * point_stride, out[j]);
  }
}

TENON_AVX512_INLINE Lanes finish(Lanes value, Lanes bias, const float* added, Lanes low, Lanes high) {
  value = plus(value, bias);
  if (added) value = plus(value, load(added));
  return smaller(high, larger(low, value));
}

// One block of filters of one tile, from the images of the points.
template <int tile>
TENON_AVX512 void write(const Shape& shape, const Arguments& arguments, const Place& place,
                        std::int64_t block, const float* from, std::int64_t point_stride) {
  constexpr int kSide = Tile<tile>::kSide;
  Lanes columns[kSide][tile];
#pragma GCC unroll 6
  for (int j = 0; j < kSide; ++j) {
    Lanes m[kSide];
#pragma GCC unroll 6
    for (int i = 0; i < kSide; ++i) m[i] = load(from + (i * kSide + j) * point_stride);
    Tile<tile>::backward(m, columns[j]);
  }
  const blocked::Epilogue& epilogue = arguments.epilogue;
  const Lanes bias = epilogue.bias ? load(epilogue.bias + block * kBlock) : zero();
  const Lanes low = repeat(epilogue.low), high = repeat(epilogue.high);
  const std::int64_t blocks = shape.filters / kBlock;
  const std::int64_t image = (place.image * blocks + block) * shape.out_height * shape.out_width * kBlock;
  const std::int64_t rows = std::min<std::int64_t>(tile, shape.out_height - place.row);
  const std::int64_t across = std::min<std::int64_t>(tile, shape.out_width - place.column);
#pragma GCC unroll 4
  for (int i = 0; i < tile; ++i) {
    if (i >= rows) break;
    Lanes row[kSide], out[tile];
#pragma GCC unroll 6
    for (int j = 0; j < kSide; ++j) row[j] = columns[j][i];
    Tile<tile>::backward(row, out);
    const std::int64_t at = image + ((place.row + i) * shape.out_width + place.column) * kBlock;
#pragma GCC unroll 4
    for (int j = 0; j < tile; ++j) {
      if (j >= across) break;
      const float* const added = epilogue.added ? epilogue.added + at + j * kBlock : nullptr;
      store(arguments.y + at + j * kBlock, finish(out[j], bias, added, low, high));
    }
  }
}

template <int tile>
bool is_inner(const Shape& shape, const Place& place) {
  const std::int64_t top = place.row - shape.pad_top, left = place.column - shape.pad_left;
  return top >= 0 && left >= 0 && top + tile + 2 <= shape.height && left + tile + 2 <= shape.width;
}

template <int tile>
void read_any(const Shape& shape, const float* x, const Place& place, std::int64_t block, float* to,
              std::int64_t point_stride) {
  (is_inner<tile>(shape, place) ? read<tile, true> : read<tile, false>)(shape, x, place, block, to,
                                                                        point_stride);
}
}  // namespace

Place place_of(const Shape& shape, std::int64_t tile) {
  const std::int64_t across = shape.tiles_across(), an_image = across * shape.tiles_down();
  return {tile / an_image, tile % an_image / across * shape.way.tile, tile % across * shape.way.tile};
}

void read_tile(const Shape& shape, const float* x, const Place& place, std::int64_t block, float* to,
               std::int64_t point_stride) {
  (shape.way.tile == 4 ? read_any<4> : read_any<2>)(shape, x, place, block, to, point_stride);
}

void write_tile(const Shape& shape, const Arguments& arguments, const Place& place, std::int64_t block,
                const float* from, std::int64_t point_stride) {
  (shape.way.tile == 4 ? write<4> : write<2>)(shape, arguments, place, block, from, point_stride);
}

}  // namespace tenon::winograd
