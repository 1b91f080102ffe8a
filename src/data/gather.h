// Rows of a tensor, copied together.
#pragma once

#include <cstdint>
#include <span>

#include "tenon/tensor.h"

namespace tenon {

// Row i of `to` becomes row rows[i] of `from`; the types and the other dimensions agree.
void gather_rows(const Tensor& from, std::span<const std::int64_t> rows, const Tensor& to);

}  // namespace tenon
