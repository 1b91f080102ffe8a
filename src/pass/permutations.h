// Transpositions as lists of axes: axis i of the result is axis perm[i] of what is transposed.
#pragma once

#include <span>

#include "tenon/graph.h"

namespace tenon {

Ints permutation_of(const Node& transpose);  // written out, where an empty one reverses the axes
bool is_identity(const Ints& perm);
Ints inverse_of(const Ints& perm);
// That of transpose(transpose(x, first), second).
Ints combined(const Ints& first, const Ints& second);
// Whether it moves nothing in memory: only axes of one element change their places.
bool moves_nothing(const Type& from, const Ints& perm);
Shape transposed_shape(const Shape& from, const Ints& perm);

// x transposed: itself, reshaped where nothing moves, or a transposition.
Value transposed(Value x, const Ints& perm);

}  // namespace tenon
