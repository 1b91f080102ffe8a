// Convolutions, and products of matrices as those of 1x1 over rows of pixels, by the processor's matrix unit.
//
// It multiplies numbers of type bf16 and sums in f32. An f32 number is the sum of three of bf16, each the
// first 8 bits of what the ones before it leave; six of the nine products of two such sums are as much as f32
// can tell. So f32 products take six multiplications each, at sixteen times the speed of the vector units,
// and their rounding errors are half those of a chain of fused multiply-adds: sums are rounded once for two
// products. What it does not keep: numbers below 2^-126 count as 0, in products too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace tenon::matrix {

// Whether this processor has the unit, and this process may use it; not where the environment's TENON_CPU
// asks for vector units. All else of this folder asks for it.
bool available();

inline constexpr std::int64_t kTileRows = 16;
inline constexpr std::int64_t kDepth = 32;  // numbers of 16 bits in a row of a tile

enum class Number : std::uint8_t { f32, bf16 };

inline constexpr std::size_t size_of(Number number) { return number == Number::f32 ? 4 : 2; }

// Images with `block` channels of a pixel side by side, then those of the next pixel; 1: in planes.
struct Image {
  Number number = Number::f32;
  std::int64_t channels = 0, height = 1, width = 1;
  std::int64_t block = 0;

  std::int64_t pixels() const { return height * width; }
};

struct Axis {
  std::int64_t kernel = 1, stride = 1, dilation = 1, pad = 0;  // pad: before the first place
  std::int64_t reach() const { return (kernel - 1) * dilation; }
};

// A convolution with zeros around the image, one group. `parts`: 3 where products are those of f32, 1 where
// they are of bf16. The channels of `x` come in planes or in blocks that a multiple of 16 fills, or all side
// by side; those of `y` in such blocks or all side by side.
struct Problem {
  std::int64_t images = 1;
  Image x, y;
  Axis down, across;
  std::int64_t parts = 3;
};

// Where the numbers of the filters lie: apart by so many, for the next filter, channel, row and column.
struct Filters {
  const void* numbers;
  Number number;
  std::int64_t filter, channel, row, column;
};

// What is done to a result before it is stored: NaN stays NaN.
struct Epilogue {
  const float* bias = nullptr;  // one a filter
  const void* added = nullptr;  // laid out as the result, which may be the same memory
  Number added_number = Number::f32;
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

// Whether the places across a kernel are taken as channels, where these do not fill a row of a tile.
bool folds(std::int64_t channels, std::int64_t across);

// How a problem is cut: bands of rows of results, whose part of the image is laid out as tiles read it.
struct Plan {
  Problem problem;
  int threads = 1;
  bool shares_filters = false;  // the threads share the filters, otherwise the rows
  bool folds = false;
  bool flat = false;         // pixels are multiplied and no more: each is a row
  std::int64_t band = 0;     // rows of results at a time
  std::int64_t blocks = 0;   // of kDepth channels
  std::int64_t columns = 0;  // of the planes that hold the places of one phase
  std::int64_t plane_rows = 0;
  std::int64_t phases_down = 1, phases_across = 1;
  std::vector<std::int64_t> offsets;  // of each place of the kernel and block, from a result's pixel

  std::int64_t plane_size() const { return plane_rows * columns * kDepth; }
  std::int64_t block_size() const { return phases_down * phases_across * plane_size(); }
  std::int64_t part_size() const { return blocks * block_size(); }
  std::int64_t steps() const { return static_cast<std::int64_t>(offsets.size()); }
  std::int64_t panel_size() const { return steps() * problem.parts * 2 * kTileRows * kDepth; }
  std::int64_t panels() const { return (problem.y.channels + 31) / 32; }

  std::size_t packed_bytes() const {
    return static_cast<std::size_t>(panels() * panel_size()) * sizeof(std::uint16_t);
  }
  std::size_t scratch_bytes() const;
};
Plan make_plan(const Problem& problem, int threads);

void pack(const Plan& plan, const Filters& filters, void* packed);

struct Arguments {
  const void* x;
  const void* packed;
  void* y;
  Epilogue epilogue;
  void* scratch;  // of the plan's size, aligned to 64
};
void run(const Plan& plan, const Arguments& arguments);

}  // namespace tenon::matrix
