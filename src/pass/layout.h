#pragma once

#include <functional>

#include "tenon/graph.h"

namespace tenon {

// Keeps images in blocks of channels between convolutions, on the typed stage.
//
//   %1 = conv(%x, %w)  %2 = maximum(%1, 0)   →   %1 = conv(%x, %w)  %2 = block(%1)  %3 = maximum(%2, 0)
//   %3 = conv(%2, %v)                             %4 = conv(unblock(%3), %v)
//
// where block and unblock stand for a reshape and a transposition (op/blocked.h) that the backend takes along
// into the convolution. `block_of` says in which blocks a convolution is run best, 0 for none,
// Backend::kAllChannels for a single one. Element-wise ops, pooling, padding, and reductions over rows and
// columns follow; what else reads such an image reads it unblocked. It must not block what would only be
// unblocked again: nothing but a convolution begins a blocked value.
Graph block_images(const Graph& graph,
                   const std::function<std::int64_t(const Graph&, const Node&)>& block_of);

}  // namespace tenon
