// From sums to results: what is added, bounds, and where they are stored.
#pragma once

#include "backend/cpu/matrix/convolution.h"

namespace tenon::matrix {

// The pixels of a patch: some of a band's places, of which the last of each row are no results.
struct Window {
  std::int64_t first_row;    // of results, where the band begins
  std::int64_t first_place;  // of the band's, counted along its rows
  std::int64_t count;
  std::int64_t row_places;  // in a row
};

// `y` and the epilogue's `added` are those of one image.
void finish(const Problem& problem, const float* sums, const Window& window, std::int64_t first_filter,
            const Epilogue& epilogue, void* y);

}  // namespace tenon::matrix
