#pragma once

#include <functional>

#include "tenon/graph.h"

namespace tenon {

// Pooling over windows that tile the image (as far apart as they are large, no padding), on the typed stage,
// becomes element-wise arithmetic on strided slices, which fuses with its neighbours into generated loops.
//
//   %y, %k = max_pool(%x) {kernel = [2]}   →   %0 = slice(%x) {step 2 from 0}   %1 = slice(%x) {step 2 from
//   1}
//                                               %y = maximum(%0, %1)  %k = select(%1 > %0, 1, 0)
//
// `chosen` says which nodes to write so. It must not touch windows that overlap: their elements are read many
// times.
Graph tile_pools(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& chosen);

// Whether the pass can write a node so.
bool is_tiling_pool(const Node& node);

}  // namespace tenon
