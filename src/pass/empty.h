#pragma once

#include "tenon/graph.h"

namespace tenon {

// Answers at once what has no elements: a result without any is a constant, and so is what is made of nothing
// but such inputs. No backend need think of loops that never run.
//
//   %2 = exp(%x: f32[0, 3])                  →   %2 = constant of f32[0, 3]
//   %3 = reduce_max(%x: f32[0, 3], axis 0)   →   %3 = constant of f32[3], -inf
//
// It must not touch random nodes whose results have elements, nor nodes with effects.
Graph fold_empty(const Graph& graph);

}  // namespace tenon
