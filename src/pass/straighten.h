#pragma once

#include "tenon/graph.h"

namespace tenon {

// Fixed matrices that products read transposed are transposed once, before the first run: generated loops
// read rows, and a product of a row or two is bound by that. On the typed stage.
//
//   %2 = matmul(%x, %w) {transpose_b = true}   →   %1 = transpose(%w)  %2 = matmul(%x, %1)
//
// It must not touch matrices that may change, which would be transposed in every run.
Graph straighten_weights(const Graph& typed);

}  // namespace tenon
