// Sizes of parameters, taken from a layer's input.
#pragma once

#include "tenon/nn.h"

namespace tenon::nn {

// The length of an axis of x, which decides the shape of a parameter.
std::int64_t known_size(const Context& context, Value x, std::int64_t axis);
// From that axis on.
Shape known_sizes(const Context& context, Value x, std::int64_t first_axis);

// How layers begin where nothing else is said: uniform within the root of 1 / inputs.
Initialiser or_uniform(const Initialiser& chosen, std::int64_t inputs);

}  // namespace tenon::nn
