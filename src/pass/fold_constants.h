#pragma once

#include "tenon/graph.h"

namespace tenon {

// Computes what is made of constants alone, on the typed stage: the root of a size, or a scale that a model
// puts together from several numbers.
//
//   %1 = constant f32[] {32}  %2 = sqrt(%1)  %3 = reciprocal(%2)   →   %3 = constant f32[] {0.1767767}
//
// By the reference kernels, so the numbers are those of the judge. It must not fold what is long, which only
// makes the program larger (the prepare program or the plan computes it), nor a broadcast, which costs
// nothing where it stands; in all it adds no more than a mebibyte.
Graph fold_constants(const Graph& typed);

}  // namespace tenon
