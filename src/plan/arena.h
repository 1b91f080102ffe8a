// Offsets in one arena for blocks that live from one step to another.
#pragma once

#include <cstddef>
#include <vector>

namespace tenon {

struct Block {
  std::size_t bytes = 0;
  std::size_t first = 0;   // the step that writes it
  std::size_t last = 0;    // the last one that reads it
  std::size_t offset = 0;  // the result
};

// Sets every block's offset so that blocks alive at one step do not overlap; returns the arena's size.
// The largest blocks are placed first, each at the lowest offset that is free during its life.
std::size_t place_blocks(std::vector<Block>& blocks);

}  // namespace tenon
