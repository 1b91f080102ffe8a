// The part of an image that a band of results needs, as rows of tiles.
#pragma once

#include "backend/cpu/matrix/convolution.h"

namespace tenon::matrix {

struct Band {
  std::int64_t first, rows;  // of results
};

// `image` is one image of x; `left` holds the parts, each [block][phase down][phase across][row][column][32];
// `line` is room for a line of the image, used where the plan folds.
void gather(const Plan& plan, const void* image, const Band& band, std::uint16_t* left, void* line);

std::size_t line_bytes(const Plan& plan);

}  // namespace tenon::matrix
