#pragma once

#include <functional>

#include "tenon/graph.h"

namespace tenon {

// Hands bf16 operands to contractions, which still sum in f32. What is read in bf16 alone is kept in bf16
// alone: a value that all its readers would convert is converted once, where it is made, and through what
// only moves elements or takes the largest of them, for that is the same before and after.
//
//   %1 = relu(%x)  %2 = max_pool(%1)  %3 = conv(%2, %w)
//   →  %1 = relu(%x)  %2 = cast(%1, bf16)  %3 = max_pool(%2)  %4 = conv(%3, cast(%w, bf16)) {result = f32}
//
// An image that a convolution reads is kept in bf16 for all its readers, what is added to a later result for
// one; they make it wide again, in registers. Of the typed stage. `chosen` says which convolutions and
// products. It must not round anything else: what stands between two contractions is computed in f32.
Graph lower_precision(const Graph& typed, const std::function<bool(const Node&)>& chosen);

}  // namespace tenon
