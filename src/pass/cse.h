#pragma once

#include "tenon/graph.h"

namespace tenon {

// Computes what is computed twice once: nodes with the same op, inputs and attributes become one.
//
//   %2 = exp(%x)   %3 = exp(%x)   %4 = add(%2, %3)   →   %2 = exp(%x)   %4 = add(%2, %2)
//
// It must not merge random nodes, nodes with effects, or nodes with bodies.
Graph merge_common(const Graph& graph);

}  // namespace tenon
