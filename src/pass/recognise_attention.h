#pragma once

#include "tenon/graph.h"

namespace tenon {

// Attention written as two products around a softmax. On the typed stage; a softmax in pieces is recognised
// before.
//
//   %1 = transpose(%k)  %2 = matmul(%q, %1)  %3 = div(%2, 5.656854)  %4 = add(%3, %mask)  %5 = softmax(%4)
//   %6 = matmul(%5, %v)   →   %6 = attention(%q, %k, %v, %mask) {scale = 0.1767767}
//
// The scale may stand at the scores, the queries, the keys, or at several of them. It must not do so where
// another reader needs the scores or the weights, nor where the products broadcast their batches.
Graph recognise_attention(const Graph& typed);

}  // namespace tenon
