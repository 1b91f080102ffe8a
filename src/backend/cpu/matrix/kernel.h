// Sums of products for up to 32 pixels and 32 filters, in tiles.
#pragma once

#include <span>

#include "backend/cpu/matrix/convolution.h"
#include "backend/cpu/matrix/unit.h"

namespace tenon::matrix {

inline constexpr std::int64_t kPanel = 32;  // filters

// How the left side lies: each step has its own offset, and the parts of a number are as far apart.
struct Left {
  std::span<const std::int64_t> offsets;
  std::int64_t part_size;
  std::int64_t parts;  // 1 or 3
};

struct Patch {
  const std::uint16_t* left;  // of the first pixel
  const std::uint16_t* panel;
  std::int64_t pixels;       // 1 to 32
  std::int64_t columns;      // of tiles of filters: 1 or 2
  const std::byte* ahead;    // what is asked for meanwhile, from memory far away …
  std::int64_t ahead_lines;  // … so many lines a step
};

// The sums lie in rows of 32, a pixel each.
void multiply(const Left& left, const Patch& patch, Tiles& tiles, float* sums);

}  // namespace tenon::matrix
