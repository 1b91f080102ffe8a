// A program written into another.
#pragma once

#include <span>

#include "tenon/graph.h"

namespace tenon {

// Appends the nodes of `from` to `to` with its inputs replaced, one value each; returns its outputs. `from`
// has no states.
std::vector<Value> inline_graph(Graph& to, const Graph& from, std::span<const Value> inputs);

}  // namespace tenon
