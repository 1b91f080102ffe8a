#include "plan/arena.h"

#include <algorithm>
#include <numeric>

namespace tenon {

namespace {
constexpr std::size_t kAlignment = 64;  // a cache line, and the widest vector

std::size_t rounded(std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

bool live_together(const Block& a, const Block& b) { return a.first <= b.last && b.first <= a.last; }
}  // namespace

std::size_t place_blocks(std::vector<Block>& blocks) {
  std::vector<std::size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return blocks[a].bytes > blocks[b].bytes; });
  std::size_t total = 0;
  std::vector<const Block*> placed;  // by offset
  for (const std::size_t id : order) {
    Block& block = blocks[id];
    std::size_t offset = 0;
    for (const Block* other : placed) {
      if (!live_together(block, *other)) continue;
      if (offset + rounded(block.bytes) <= other->offset) break;
      offset = std::max(offset, other->offset + rounded(other->bytes));
    }
    block.offset = offset;
    total = std::max(total, offset + rounded(block.bytes));
    placed.insert(std::upper_bound(placed.begin(), placed.end(), &block,
                                   [](const Block* a, const Block* b) { return a->offset < b->offset; }),
                  &block);
  }
  return total;
}

}  // namespace tenon
