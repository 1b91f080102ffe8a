// The numbers that cases are run on, and the comparison of answers.
#pragma once

#include "conformance/case.h"

namespace tenon::conformance {

// The same for the same arguments. `seed` tells the inputs of one program from one another.
Tensor make_numbers(const Input& input, DType dtype, unsigned seed);
// Irregular numbers in the input's range, none equal to another: for differences.
Tensor make_smooth_numbers(const Input& input, DType dtype, unsigned seed);
// |x| in f64.
Tensor magnitudes(const Tensor& x);

// What is wrong with an answer, or nothing. `magnitude` is read where the bound asks for it.
std::optional<std::string> difference(const Tensor& got, const Tensor& right, Bound bound,
                                      const Tensor& magnitude = {});

}  // namespace tenon::conformance
