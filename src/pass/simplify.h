#pragma once

#include "tenon/graph.h"

namespace tenon {

// Algebra on the typed stage that is exact for every input, and movement that moves nothing.
//
//   mul(%x, 1) → %x      reshape(reshape(%x)) → reshape(%x)      matmul(transpose(%x), %y) → matmul(%x, %y)
//   {transpose_a} add(%x, -0) → %x     broadcast_to(%x) to its own shape → %x  cast to its own type → %x
//
// It must not assume anything of floats that NaN, infinity or -0 break: x * 0, x - x and x + 0 stay.
Graph simplify(const Graph& graph);

}  // namespace tenon
