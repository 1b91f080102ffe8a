#pragma once

#include <functional>
#include <span>

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
// What it writes; `result` is the shape of the first result. Images may have one axis more than the node's,
// at the end.
std::vector<Value> write_pool(const Node& node, std::span<const Value> inputs, const Shape& result);

// Whether a node takes the largest of windows that may overlap and reach beyond the image, and nothing asks
// for their places; and the same as maxima of slices of the padded image. That is faster than a loop over the
// window where the image has its channels innermost, as an axis more.
bool is_sliding_maximum(const Graph& graph, const Node& node);
Value write_sliding_maximum(const Node& node, Value x, const Shape& result);

}  // namespace tenon
