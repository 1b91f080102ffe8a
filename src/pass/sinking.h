// A part of the fuse pass's decision: which element-wise arithmetic waits for a later group.
#pragma once

#include <vector>

#include "tenon/graph.h"

namespace tenon {

// The nodes that are fused by stages: loops of one stage become one group. `cheap` ones belong to no stage:
// each reader computes them anew.
struct StagedLoops {
  const Graph& graph;
  const std::vector<std::vector<std::uint32_t>>& readers;
  std::vector<bool> escapes;  // is an output or an update
  std::vector<bool> loops;
  std::vector<bool> cheap;
};

// Moves element-wise nodes that only later stages read to where they are read, if less goes through memory
// then: the mask of an activation, whose inputs are there anyway, is not kept from the forward pass, and an
// optimiser that waits for the word that all gradients are finite keeps the gradient, not three new values.
void sink(const StagedLoops& program, std::vector<int>& stages);

}  // namespace tenon
