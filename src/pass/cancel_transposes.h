#pragma once

#include "tenon/graph.h"

namespace tenon {

// Carries transpositions along to where others undo them, on the typed stage. Images that a model keeps with
// their channels last lose theirs between convolutions:
//
//   %1 = conv(%x, %w)  %2 = transpose(%1) {perm = [0, 2, 3, 1]}  %3 = maximum(%2, 0)
//   %4 = transpose(%3) {perm = [0, 3, 1, 2]}  %5 = conv(%4, %v)
//   →  %1 = conv(%x, %w)  %2 = maximum(%1, 0)  %3 = conv(%2, %v)
//
// Element-wise ops, reductions, concat, pad, slice and reshapes of axes of one element let one pass (pass/
// turning.h), where all that they read is transposed alike or the same along what changes its place. Each
// does so only where fewer bytes are transposed for it: it must never move more than the program did before,
// nor transposes what was not.
Graph cancel_transposes(const Graph& typed);

}  // namespace tenon
