// Shapes as values, and the two ops that let a gradient be written before any shape is known.
#pragma once

#include "tenon/graph.h"

namespace tenon {

Value shape_of(Value x);                 // the dimensions, i64[rank]
Value sum_to_like(Value x, Value like);  // sums over the axes along which `like` would stretch to x's shape
Value expand_like(Value x, Value like);  // stretches x to the shape of `like`
Value zeros_like(Value like);            // of its element type
Value reshape_like(Value x, Value like);

}  // namespace tenon
