// Gradients to new values: clipping, groups, and the optimiser's rule for each parameter.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "tenon/optim.h"

namespace tenon {

struct NamedValue {
  std::string name;
  Value value;
};

// Scaled down together, then bounded one by one, as far as the limits ask for it.
std::vector<Value> clipped(std::span<const Value> gradients, const optim::Clip& clip);

// Whether the loss and every element of the gradients are finite: a bool scalar.
Value all_finite(Value loss, std::span<const Value> gradients);

// What each parameter and each slot of the optimiser holds after the step. `rate` is f32, `step` counts from
// 1, f32.
std::vector<NamedValue> updates(const Optimizer& optimizer, std::span<const NamedValue> parameters,
                                std::span<const Value> gradients, Value rate, Value step);

}  // namespace tenon
