// Runs a kernel by every printer that there is and holds what it gives against expected numbers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "codegen/loop.h"
#include "tenon/tensor.h"

namespace tenon::codegen {

struct Tolerance {
  double relative = 1e-6;
  double absolute = 1e-6;
};
inline constexpr Tolerance kExact{0, 0};

// A kernel with its inputs and what its outputs shall be.
struct Case {
  Kernel kernel;
  std::vector<Tensor> inputs;
  std::vector<Tensor> expected;
  Tolerance within = {};
};

// Buffers end where the accessible memory ends, so that a read or write behind them is a crash, and bytes
// before them are checked to be left alone. Every kernel is run in full, then its nests by themselves, in two
// parts where they may be cut. All cases are compiled together, which is quicker.
void expect_outputs(std::vector<Case> cases);

Tensor random_tensor(DType dtype, std::int64_t elements, unsigned seed = 1, double low = -2, double high = 2);

// A tensor whose element i is f(i), computed in double and converted.
Tensor tensor_from(DType dtype, std::int64_t elements, const std::function<double(std::int64_t)>& f);

}  // namespace tenon::codegen
