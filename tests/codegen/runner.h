// Runs a kernel by every printer that there is and holds what it gives against expected numbers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "codegen/loop.h"
#include "tenon/tensor.h"

namespace tenon::codegen {

struct Expectation {
  double relative = 1e-6;
  double absolute = 1e-6;
};

// `inputs` are the kernel's inputs; `expected` its outputs. Buffers end where the accessible memory ends, so
// that a read or write behind them is a crash, and bytes before an output are checked to be left alone. Every
// nest is run in full and, where it is parallel, once more cut in two.
void expect_outputs(const Kernel& kernel, const std::vector<Tensor>& inputs,
                    const std::vector<Tensor>& expected, Expectation within = {});

Tensor random_tensor(DType dtype, std::int64_t elements, unsigned seed = 1, double low = -2, double high = 2);

// A tensor whose element i is f(i), computed in double and converted.
Tensor tensor_from(DType dtype, std::int64_t elements, const std::function<double(std::int64_t)>& f);

}  // namespace tenon::codegen
