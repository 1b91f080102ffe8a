// Relations between types.
#pragma once

#include "tenon/graph.h"

namespace tenon {

// Whether one value can be of both types: nothing that both know differs. Symbols may stand for any number.
bool compatible(const Type& a, const Type& b);

// What holds of a value that is of one of two types of one element type.
Type common(const Type& a, const Type& b);

}  // namespace tenon
