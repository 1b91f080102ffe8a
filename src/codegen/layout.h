// What a caller of a kernel has to know of its buffers: where its scratch lies in one piece of memory, and
// what may be written over what.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "codegen/loop.h"

namespace tenon::codegen {

struct ScratchLayout {
  struct Piece {
    std::size_t offset;
    std::size_t stride;  // from one thread's to the next one's; 0 where they share it
  };
  std::size_t outside = 0;  // buffers before these: inputs and outputs
  std::vector<Piece> pieces;
  std::size_t bytes = 0;
};

// Each piece at a multiple of 64 bytes.
ScratchLayout lay_out_scratch(const Kernel& kernel, int threads);

// (output, input): the output may be the same memory as the input.
std::vector<std::pair<int, int>> in_place_pairs(const Kernel& kernel);

}  // namespace tenon::codegen
