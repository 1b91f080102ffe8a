// Automatic differentiation: a pass over the source program that appends the gradient, as ordinary ops, to
// the graph that it differentiates; so a gradient can be differentiated again.
#pragma once

#include <span>
#include <vector>

#include "tenon/graph.h"

namespace tenon {

// The gradient of the sum of the scalar `losses` with respect to each of `wrt`: any values of the graph of a
// float type. Where no loss depends on one its gradient is zero.
std::vector<Value> gradient(std::span<const Value> losses, std::span<const Value> wrt);

// The same with the losses' places taken by any values, each with the gradient that arrives at it (undefined:
// none). An undefined Value stands where nothing depends on an element of `wrt`.
std::vector<Value> pull_back(std::span<const Value> outputs, std::span<const Value> output_grads,
                             std::span<const Value> wrt);

}  // namespace tenon
