// A tensor as lines along one axis.
#pragma once

#include "tenon/tensor.h"

namespace tenon {

struct Lines {
  std::int64_t before = 1;  // the product of the dimensions before the axis
  std::int64_t length = 1;
  std::int64_t stride = 1;  // between neighbours of a line: the product of the dimensions after the axis

  static Lines along(const Shape& shape, std::int64_t axis) {
    const auto at =
        static_cast<std::size_t>(axis < 0 ? axis + static_cast<std::int64_t>(shape.size()) : axis);
    const std::span<const std::int64_t> dims = shape;
    return {element_count(dims.first(at)), dims[at], element_count(dims.subspan(at + 1))};
  }

  // Calls visit(line, first): the line's number in row-major order and the offset of its first element.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (std::int64_t i = 0; i < before; ++i)
      for (std::int64_t j = 0; j < stride; ++j) visit(i * stride + j, i * length * stride + j);
  }
};

}  // namespace tenon
