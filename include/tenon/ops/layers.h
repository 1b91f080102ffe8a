// What layers do with their weights.
#pragma once

#include "tenon/graph.h"

namespace tenon {

// x w, plus the bias where there is one, along the last axis of x; w is [in, out], the bias [out].
Value linear(Value x, Value w, Value bias = {});
// The rows of the table [entries, width] that the integer ids name; the width becomes a new last axis.
Value embedding(Value ids, Value table);
// softmax(q kᵀ scale + bias) v, for each of the matrices in the last two axes: q [queries, size], k [keys,
// size], v [keys, width], the bias broadcast to [queries, keys].
Value attention(Value q, Value k, Value v, Value bias = {}, double scale = 1);

}  // namespace tenon
