#pragma once

#include <map>

#include "tenon/graph.h"

namespace tenon {

// From the source stage to the typed stage: every shape becomes concrete, broadcasts explicit, and arithmetic
// on shapes is done here.
//
//   graph f(x: f32[N, 3])  %1 = mul(%x, 2)   →   graph f(x: f32[8, 3])  %0 = broadcast_to(2) {shape = [8, 3]}
//                                                %1 = mul(%x, %0)
//
// It must not change what is computed, nor in which precision.
Graph specialise(const Graph& source, const std::map<std::string, Type>& inputs);

}  // namespace tenon
