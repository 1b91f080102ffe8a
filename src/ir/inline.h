// A program written into another.
#pragma once

#include <span>

#include "tenon/graph.h"

namespace tenon {

// Appends the nodes of `from` to `to` with its inputs replaced, one value each; returns its outputs. States
// of `from` become states of `to`, which has none of these names.
std::vector<Value> inline_graph(Graph& to, const Graph& from, std::span<const Value> inputs);

}  // namespace tenon
