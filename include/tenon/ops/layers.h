// What layers do with their weights.
#pragma once

#include "tenon/graph.h"

namespace tenon {

// x w, plus the bias where there is one, along the last axis of x; w is [in, out], the bias [out].
Value linear(Value x, Value w, Value bias = {});
// The rows of the table [entries, width] that the integer ids name; the width becomes a new last axis.
Value embedding(Value ids, Value table);

}  // namespace tenon
