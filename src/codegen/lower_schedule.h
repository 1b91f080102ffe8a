// How the loops of the tree run: which become one, which run in lanes, and how many registers at once.
#pragma once

#include "codegen/lower_tree.h"

namespace tenon::codegen {

// Makes one loop of two where no access minds.
void merge_loops(Tree& tree, const Stages& stages, const Positions& positions);
// Sets kind and unroll of every loop.
void schedule_loops(Tree& tree, const Stages& stages, const Positions& positions, int lanes);

// An estimate, in scalar operations, of one run of what stands in the node.
double cost_of(const LoopNode& node, const Stages& stages);

}  // namespace tenon::codegen
