#pragma once

#include "tenon/graph.h"

namespace tenon {

// Padding becomes part of the convolution or the pooling behind it, which then reads the smaller image. On
// the typed stage.
//
//   %1 = pad(%x) {low = [0, 0, 1, 1], high = [0, 0, 1, 1]}  %2 = conv(%1, %w)
//   →  %2 = conv(%x, %w) {pads_low = [1, 1], pads_high = [1, 1]}
//
// Of zeros for convolutions and averages, of the lowest number for maxima. It must not do so where a window
// would then stand in the padding alone, nor for an average that leaves out what it pads itself.
Graph fold_pads(const Graph& typed);

}  // namespace tenon
