// Movement: elements change their places and nothing else.
#pragma once

#include "tenon/graph.h"

namespace tenon {

Value reshape(Value x, Ints shape);        // 0 copies x's dimension of that place, one -1 is inferred
Value reshape(Value x, Value shape);       // i64[rank]; one -1 is inferred, 0 is an empty dimension
Value transpose(Value x, Ints perm = {});  // result axis i is x's axis perm[i]; none reverses all axes
Value broadcast_to(Value x, Ints shape);   // aligned at the right; -1 keeps x's dimension
Value broadcast_to(Value x, Value shape);  // i64[rank]

}  // namespace tenon
