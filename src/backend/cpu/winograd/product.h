// The products of one point: rows of transformed tiles by a panel of transformed filters.
#pragma once

#include <cstdint>

namespace tenon::winograd {

// out[row][0..width) = Σ over depth of left[row][d] · panel[d][0..width), where `width` is 32 or 16 filters,
// a row of `left` is `depth` numbers long and one of `out` `out_row`.
struct Product {
  const float* left;
  const float* panel;
  float* out;
  std::int64_t rows, depth, out_row;
};
void multiply(const Product& product, std::int64_t width);

}  // namespace tenon::winograd
