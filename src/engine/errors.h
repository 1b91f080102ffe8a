// How far one tensor is from another.
#pragma once

#include "tenon/engine.h"

namespace tenon::engine {

OutputError error_between(const std::string& output, const Tensor& found, const Tensor& wanted);

}  // namespace tenon::engine
