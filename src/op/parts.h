// The movement ops that take tensors apart and put them together: slice and reverse, pad, concat.
#pragma once

#include "op/strided.h"

namespace tenon {

// The length of x along an axis, as a shape of rank 1; and 0, 1, 2, … up to there.
Value length_along(Value x, std::int64_t axis);
Value count_up(Value x, std::int64_t axis);

// Maps that leave every element where it is.
std::vector<AxisMap> identities(const Shape& shape);

OpDef movement_row(std::string documentation, int max_inputs = 1);
void define_slice(OpTable& table);
void define_pad(OpTable& table);
void define_concat(OpTable& table);

}  // namespace tenon
