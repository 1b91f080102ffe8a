#pragma once

#include "tenon/graph.h"

namespace tenon {

// On the way back through a pooling the image is large and mostly zeros. What follows on the image, the mask
// of an activation and the sum for a bias, is done on the windows instead, where there is less of it. The
// mask is taken of the largest elements, so the backward pass reads nothing of the image any more.
//
//   %y, %k = max_pool(%x)                        %y, %k = max_pool(%x)
//   %1 = max_unpool(%dy, %k)                     %1 = greater(%y, %0)
//   %2 = greater(%x, %0)                    →    %2 = select(%1, %dy, %0)
//   %dx = select(%2, %1, %0)                     %dx = max_unpool(%2, %k)
//   %db = reduce_sum(%dx) {axes = [0, 2, 3]}     %db = reduce_sum(%2) {axes = [0, 2, 3]}
//
// It must not move a mask of anything but the pooled image, nor a sum where a window may stand in the padding
// alone and so leave no trace in the image.
Graph lift_unpools(const Graph& graph);

}  // namespace tenon
