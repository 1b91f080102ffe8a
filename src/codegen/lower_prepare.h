// The group as lowering wants it: ops that are written by other ops are, and every output is a node of its
// own.
#pragma once

#include <set>
#include <vector>

#include "tenon/graph.h"

namespace tenon::codegen {

struct Prepared {
  Graph graph;
  std::set<std::uint32_t> kept;  // nodes that must be stages
};

// `copied` are outputs that are computed elsewhere first and copied. `lanes` as in LowerOptions.
Prepared prepare(const Graph& body, const std::set<std::uint32_t>& copied, int lanes);

}  // namespace tenon::codegen
