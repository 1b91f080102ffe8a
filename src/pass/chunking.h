// The decision of the pass that chunks batches: which nodes are run for a few items at a time.
#pragma once

#include <optional>
#include <set>

#include "pass/chunk.h"

namespace tenon {

struct Chunking {
  std::uint32_t seed;  // the convolution, or the gradient of its filters
  std::set<std::uint32_t> nodes;
  std::int64_t items;
  std::int64_t fewer;  // at a time
};

// The first set of nodes that is worth it.
std::optional<Chunking> find_chunking(const Graph& graph, const ChunkOptions& options);

}  // namespace tenon
