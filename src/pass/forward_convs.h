#pragma once

#include <functional>

#include "tenon/graph.h"

namespace tenon {

// The gradient of a convolution's input, where its windows are one element apart, is a convolution as well:
// of the padded gradient with the filters mirrored and their two channel axes exchanged. Libraries run some
// shapes faster so. On the typed stage.
//
//   %dx = conv_transpose(%dy, %w)   →   %1 = reverse(%w) {axes = [2, 3]}
//                                       %2 = transpose(%1) {perm = [1, 0, 2, 3]}
//                                       %dx = conv(%dy, %2) {pads_low = [2, 2], pads_high = [2, 2]}
//
// `chosen` says which nodes to write so. It must not touch groups, strides, or padding beyond the filter's
// reach.
Graph forward_convolutions(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& chosen);

// Whether the pass can write a node so.
bool is_forward_convolution(const Graph& graph, const Node& node);

}  // namespace tenon
