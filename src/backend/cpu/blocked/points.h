// The numbers of some tiles at each point of Winograd's way: read from the image, and multiplied with the
// filters; by the vector units or the matrix unit.
#pragma once

#include <cstdint>

#include "backend/cpu/blocked/winograd.h"

namespace tenon::winograd {

// A part of the work: some of the tiles, and of their results some of the filters.
struct Part {
  std::int64_t first_tile, end_tile;
  std::int64_t first_filter, end_filter;

  std::int64_t tiles() const { return end_tile - first_tile; }
  std::int64_t filters() const { return end_filter - first_filter; }
};

struct Rooms {
  void* tiles;      // those of vectors: [point][block of 16 channels][tile][channel];
                    // those of the matrix unit: [point][part][32 channels][tile][channel]
  float* products;  // [point][panel of filters][tile][filter]
};

void read_vectors(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms);
void multiply_vectors(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms);

void read_split(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms);
void multiply_split(const Plan& plan, const Arguments& arguments, const Part& part, const Rooms& rooms);

}  // namespace tenon::winograd
