#pragma once

#include <functional>

#include "tenon/graph.h"

namespace tenon {

// Writes composites as the ops they consist of, until only primitives and what `keep` asks for are left.
//
//   %2 = softmax(%x)   →   %2 = reduce_max(%x) …  %6 = div(%4, %5)
//
// It must not decompose what a backend claims: its result is rounded once, a decomposition's at every step.
Graph decompose(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& keep);

}  // namespace tenon
