#pragma once

#include "tenon/graph.h"

namespace tenon {

// The softmax of an axis, written as its pieces. On the typed stage.
//
//   %1 = reduce_max(%x)  %2 = sub(%x, %1)  %3 = exp(%2)  %4 = reduce_sum(%3)  %5 = div(%3, %4)
//   →  %5 = softmax(%x)
//
// So is the form that does not shift by the largest, which then no longer overflows. It must not do so where
// another reader needs a part of it, nor over more axes than one.
Graph recognise_softmax(const Graph& typed);

}  // namespace tenon
