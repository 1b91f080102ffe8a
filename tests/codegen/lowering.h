// Lowers programs and holds what the kernels give against the reference.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "codegen/lower.h"
#include "tenon/ops.h"

namespace tenon::codegen {

// The program as a group: in the typed stage, of primitives only.
Graph group_of(const Graph& source);

struct Close {
  double relative = 1e-5;
  double absolute = 1e-6;
};

// Lowers the program, runs the kernel by the interpreter on random inputs and compares its outputs with the
// reference's. Returns the kernel.
Kernel expect_lowered(const Graph& source, const LowerOptions& options = {}, Close close = {});

// Inputs for a program: floats in [-1, 1), integers in [0, 3).
std::vector<Tensor> random_inputs(const Graph& graph, unsigned seed = 1);

std::int64_t scratch_elements(const Kernel& kernel);

}  // namespace tenon::codegen
