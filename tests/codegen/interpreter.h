// Runs a kernel as its text reads: element by element, each op by its reference kernel. Along the way it
// holds the kernel to the rules: no access out of bounds, no lane and no iteration of a parallel loop that
// touches what another one writes, nothing read that was never written.
#pragma once

#include <vector>

#include "codegen/loop.h"
#include "tenon/tensor.h"

namespace tenon::codegen {

// The outputs. An output that may be an input's memory is that memory, and the inputs are left alone.
std::vector<Tensor> interpret(const Kernel& kernel, const std::vector<Tensor>& inputs);

}  // namespace tenon::codegen
