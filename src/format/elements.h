// Elements as other programs keep them, brought into our layout.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "tenon/tensor.h"

namespace tenon {

// The size of such a tensor in bytes, or nothing where it is beyond all memory.
std::optional<std::uint64_t> byte_count(DType dtype, const Shape& shape);

void reverse_each_element(const Tensor& tensor);  // in place: big-endian to little-endian

// The same tensor in row-major order, where its elements came with the first axis running fastest.
Tensor from_fortran_order(const Tensor& tensor);

// A byte that is neither 0 nor 1 is no bool, and reading it as one is undefined.
void check_booleans(const Tensor& tensor, std::string_view name, std::uint64_t offset);

inline Bytes bytes_of(const Tensor& tensor) {
  return {static_cast<const std::byte*>(tensor.raw()), tensor.bytes()};
}

void refuse_duplicate_names(const NamedTensors& tensors, std::string_view file);

}  // namespace tenon
