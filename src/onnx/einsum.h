// Einstein sums: axes have letters, and each letter that the result does not have is summed over.
#pragma once

#include "onnx/call.h"

namespace tenon::onnx {

Value einsum(const Call& call, std::string_view equation, const std::vector<Value>& operands);

}  // namespace tenon::onnx
