// Contractions: products summed over an axis or a window.
#pragma once

#include "tenon/graph.h"

namespace tenon {

struct MatmulOptions {
  bool transpose_a = false;  // the last two axes swapped
  bool transpose_b = false;
};
// Of matrices in the last two axes; the axes before them broadcast.
Value matmul(Value a, Value b, MatmulOptions options = {});

}  // namespace tenon
