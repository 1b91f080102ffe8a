// Products of matrices and convolutions by the processor's matrix unit.
#pragma once

#include "backend/backend.h"
#include "backend/cpu/onednn/parts.h"

namespace tenon::cpu {

// Whether the unit does a contraction at all, and whether it does it better than all else.
bool fits_matrix_unit(const Parts& parts);
bool gains_by_matrix_unit(const Parts& parts);

// `weights` are those of a convolution, or a matrix.
std::size_t matrix_weight_bytes(const Type& weights, OwnKernel kernel);
std::unique_ptr<Step> make_matrix_pack(const Type& weights, OwnKernel kernel);
// Of a contraction whose weights were packed so. `places` among the step's addresses are those of what it
// multiplies, the weights, each operand of the epilogue and the result.
std::unique_ptr<Step> make_matrix_step(const Parts& parts, const std::vector<std::uint32_t>& places,
                                       int threads);

}  // namespace tenon::cpu
