// How far one tensor is from another.
#pragma once

#include "tenon/engine.h"

namespace tenon::engine {

OutputError error_between(const std::string& output, const Tensor& found, const Tensor& wanted);

// The mean distance of an output's elements, as a share of their mean magnitude, and of integers the share
// that differs; of the output that is furthest off.
double mean_relative_error(const NamedTensors& found, const NamedTensors& wanted);

}  // namespace tenon::engine
