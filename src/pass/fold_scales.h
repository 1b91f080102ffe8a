#pragma once

#include <functional>

#include "tenon/graph.h"

namespace tenon {

// Multiplies the weights of a contraction by what its result would be multiplied by, where both are fixed: a
// batch normalisation behind a convolution becomes part of its filters and its bias. From the typed stage; in
// what it writes, broadcasts are implicit again.
//
//   %1 = conv(%x, %w)  %2 = sub(%1, m)  %3 = mul(%2, s)  %4 = add(%3, b)
//   →  %1 = conv(%x, mul(%w, s))  %2 = add(%1, add(mul(neg(m), s), b))
//
// m, s and b are one number a channel, or one for all. `scales` says of a contraction whether that is wanted:
// the judge of others computes what is written. It must not do so where the weights may change, which would
// only be more work, nor in types of less than 32 bits, which round the product.
Graph fold_scales(const Graph& typed, const std::function<bool(const Graph&, const Node&)>& scales);

}  // namespace tenon
