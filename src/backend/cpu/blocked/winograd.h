// 3x3 convolutions of one step by Winograd's way: tiles of the image are transformed, multiplied point by
// point with filters that were transformed once, and transformed back. Tiles of 4x4 results need 36
// multiplications where the convolution has 144, tiles of 2x2 need 16 for 36. Images lie in blocks of 16
// channels. All else here is to be called only where they are available.
#pragma once

#include <cstddef>
#include <vector>

#include "backend/cpu/blocked/product.h"

namespace tenon::winograd {

// What multiplies: the vector units, or the matrix unit in three parts of bf16, where it is available. The
// latter wants channels and filters in multiples of 32.
enum class Unit : std::uint8_t { vectors, matrix };

// The side of a tile's results, 2 or 4, and what multiplies.
struct Way {
  std::int64_t tile = 4;
  Unit unit = Unit::vectors;

  std::int64_t points() const { return (tile + 2) * (tile + 2); }
  std::int64_t number_bytes() const { return unit == Unit::matrix ? 6 : 4; }  // of what is multiplied
};

// What a convolution is, with zeros around the image: `pad` before its first row and column, and as many
// behind as its results need.
struct Shape {
  std::int64_t images, channels, filters;  // of both a multiple of the block
  std::int64_t height, width;              // of an image
  std::int64_t out_height, out_width;
  std::int64_t pad_top, pad_left;
  Way way;

  std::int64_t tiles_down() const { return (out_height + way.tile - 1) / way.tile; }
  std::int64_t tiles_across() const { return (out_width + way.tile - 1) / way.tile; }
  std::int64_t tiles() const { return images * tiles_down() * tiles_across(); }
};

// The filters [count, channels, 3, 3] in the order in which they are read: for each point and panel of 32
// filters (16 where these do not fill one), channel by channel.
struct Filters {
  const float* numbers;
  std::int64_t count, channels;
};
std::size_t packed_bytes(std::int64_t filters, std::int64_t channels, const Way& way);
void pack(const Filters& filters, const Way& way, void* packed);

// How the threads share the work, and the memory that they want for it.
struct Plan {
  Shape shape;
  int tile_parts = 1;                      // threads beside one another along the tiles …
  int filter_parts = 1;                    // … and along the filters
  std::int64_t chunk = 0;                  // tiles at a time
  std::vector<std::int64_t> offsets = {};  // of each 32 channels, among what the matrix unit reads

  int threads() const { return tile_parts * filter_parts; }
  // Of tiles, in memory. Odd, so that the points of a tile are not a power of two apart: these would share a
  // few places of the nearest memory.
  std::int64_t stride() const { return chunk | 1; }
  std::size_t scratch_bytes() const;
};
Plan make_plan(const Shape& shape, int threads);

struct Arguments {
  const float* x;
  const void* packed;
  float* y;
  blocked::Epilogue epilogue;
  void* scratch;  // of the plan's size, aligned to 64
};
void run(const Plan& plan, const Arguments& arguments);

}  // namespace tenon::winograd
