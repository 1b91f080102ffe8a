#pragma once

#include "backend/backend.h"

namespace tenon {

// Where a convolution with little to compute for each element writes a batch of images that do not stay in
// the cache, and what follows only makes smaller ones of them, both are done for a few images at a time, so
// that the large ones never leave the cache; and so on the way back, from small images to the gradient of the
// filters. On the typed stage, last before fusion.
//
//   %1 = conv(%x, %w)                     %4 = reshape(%x) {shape = [8, 8, 1, 28, 28]}
//   %2 = maximum(%1, %0)           →      %5 = scan(%4, %w) { … the same for 8 images … }
//   %3 = slices and maxima of %2          %3 = reshape(%5) {shape = [64, 32, 13, 13]}
//
// It must not chunk what is bound by arithmetic, nor where the large images are read by anything else.
struct ChunkOptions {
  const Backend& backend;
  std::size_t near_bytes;  // of the memory in which images stay near; 0 leaves the program as it is
};
Graph chunk_batches(const Graph& graph, const ChunkOptions& options);

}  // namespace tenon
