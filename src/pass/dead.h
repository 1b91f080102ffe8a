#pragma once

#include <vector>

#include "tenon/graph.h"

namespace tenon {

// Drops what neither an output, an update nor an effect needs. Inputs and states stay: they are the program's
// face.
//
//   %2 = exp(%x)        →   (gone, when nothing reads it)
Graph remove_dead(const Graph& graph);

// The nodes that it keeps.
std::vector<bool> live_nodes(const Graph& graph);

}  // namespace tenon
