// The gradients of the ops with bodies.
#pragma once

#include "tenon/op.h"

namespace tenon {

std::vector<Value> if_else_gradient(const GradContext& g);

// Reverse mode through a scan is a scan the other way round. It needs what was carried into each turn, so the
// scan is run once more with a body that also returns that.
std::vector<Value> scan_gradient(const GradContext& g);

}  // namespace tenon
