// Elements moved by position, whatever they are: only their size matters.
#pragma once

#include "op/support.h"

namespace tenon {

// Calls visit.template operator()<Bits>() with the unsigned integer of the element's size.
template <class Visit>
decltype(auto) with_bits(DType dtype, Visit&& visit) {
  switch (size_of(dtype)) {
    case 1:
      return visit.template operator()<std::uint8_t>();
    case 2:
      return visit.template operator()<std::uint16_t>();
    case 4:
      return visit.template operator()<std::uint32_t>();
    default:
      return visit.template operator()<std::uint64_t>();
  }
}

template <class Bits>
Bits* bits_of(const Tensor& tensor) {
  return static_cast<Bits*>(tensor.raw());
}

// The tensor of `shape` whose element at a position is x's at start + the position times `strides`.
Tensor read_strided(const Tensor& x, const Shape& shape, const Shape& strides, std::int64_t start = 0);

// An axis seen from the result: the place in x of each place along it, or kFill.
constexpr std::int64_t kFill = -1;
using AxisMap = std::vector<std::int64_t>;
// Reads x through one map an axis; `fill` is one element of x's type.
Tensor read_mapped(const Tensor& x, const std::vector<AxisMap>& maps, const Tensor& fill = {});

}  // namespace tenon
