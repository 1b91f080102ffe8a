#pragma once

#include <functional>

#include "tenon/graph.h"

namespace tenon {

// Multiplies bytes as bytes, on the typed stage: a product of numbers that bytes stand for, whose weights are
// known before it runs, becomes one of u8 with i8 into i32, and what the zero points and scales make of it
// follows.
//
//   %1 = mul(sub(cast(%x), zx), sx)   x: u8      %1 = matmul(%x, %w) {result = i32}
//   %2 = mul(cast(%w), sw)            w: i8   →  %2 = sub(%1, mul(zx, reduce_sum(cast(%w))))
//   %3 = matmul(%1, %2)                          %3 = mul(cast(%2), mul(sx, sw))
//
// So are products of i32 that bytes less their zero points were made. Around an image goes its zero point in
// place of zeros. Signed numbers on the left and unsigned ones on the right are moved by 128, and their zero
// points too. `runs` says whether the backend has such a product. It must not change sums of i32 at all, nor
// touch a product whose sums could overflow where those of floats do not.
//
// Types are inferred anew: broadcasts are implicit where it writes, for `specialise` to spell out.
Graph multiply_bytes(const Graph& typed, const std::function<bool(const Graph&, const Node&)>& runs);

}  // namespace tenon
