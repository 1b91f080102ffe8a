#include "plan/arena.h"

#include <gtest/gtest.h>

#include <random>

namespace tenon {
namespace {

TEST(Arena, SharesMemoryBetweenBlocksThatDoNotMeet) {
  std::vector<Block> blocks{{64, 0, 1}, {64, 2, 3}};
  EXPECT_EQ(place_blocks(blocks), 64u);
  EXPECT_EQ(blocks[0].offset, blocks[1].offset);
}

TEST(Arena, KeepsApartWhatOneStepReadsAndWrites) {
  std::vector<Block> blocks{{64, 0, 1}, {64, 1, 2}};
  EXPECT_EQ(place_blocks(blocks), 128u);
}

TEST(Arena, FillsAGapLeftByLargerBlocks) {
  std::vector<Block> blocks{{256, 0, 0}, {128, 1, 2}, {128, 2, 3}, {64, 0, 3}};
  EXPECT_EQ(place_blocks(blocks), 320u);
}

TEST(Arena, NeverOverlapsBlocksAliveTogether) {
  std::mt19937 engine(7);
  std::vector<Block> blocks;
  for (int i = 0; i < 300; ++i) {
    const std::size_t first = engine() % 100;
    blocks.push_back({1 + engine() % 5000, first, first + engine() % 10});
  }
  const std::size_t total = place_blocks(blocks);
  for (const Block& a : blocks) {
    EXPECT_EQ(a.offset % 64, 0u);
    EXPECT_LE(a.offset + a.bytes, total);
    for (const Block& b : blocks) {
      const bool meet = &a != &b && a.first <= b.last && b.first <= a.last;
      const bool apart = a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset;
      EXPECT_TRUE(apart || !meet);
    }
  }
}

}  // namespace
}  // namespace tenon
