// The decision of the fuse pass: which nodes of a typed program are computed together.
#pragma once

#include <vector>

#include "backend/backend.h"

namespace tenon {

struct Unit {
  enum class Kind { loops, contraction, opaque, view };
  Kind kind;
  std::vector<std::uint32_t> nodes;  // in program order; a contraction's first one is its root
};

struct Grouping {
  static constexpr int kNowhere = -1;  // a leaf, or a cheap node that every reader computes for itself
  std::vector<Unit> units;
  std::vector<int> unit_of;  // by node
};

Grouping group(const Graph& graph, const Backend& backend, const BackendOptions& options);

}  // namespace tenon
