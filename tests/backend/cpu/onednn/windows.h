// How a kernel's window moves over the spatial dimensions: what convolution and pooling have in common.
#pragma once

#include <optional>
#include <vector>

#include "tenon/tensor.h"

namespace tenon::onednn {

struct Windows {
  Shape size, kernel, strides, dilations, pad_begin, pad_end;
};

inline Shape outputs(const Windows& g) {
  Shape shape;
  for (std::size_t i = 0; i < g.size.size(); ++i) {
    const std::int64_t reach = g.dilations[i] * (g.kernel[i] - 1) + 1;
    shape.push_back((g.size[i] + g.pad_begin[i] + g.pad_end[i] - reach) / g.strides[i] + 1);
  }
  return shape;
}

inline Shape unravel(std::int64_t position, const Shape& dims) {
  Shape index(dims.size());
  for (std::size_t axis = dims.size(); axis-- > 0;) {
    index[axis] = position % dims[axis];
    position /= dims[axis];
  }
  return index;
}

// Where in a plane of the input one tap of one window lies; empty in the padding.
inline std::optional<std::size_t> input_position(const Windows& g, const Shape& output, const Shape& tap) {
  std::int64_t position = 0;
  for (std::size_t i = 0; i < g.size.size(); ++i) {
    const std::int64_t at = output[i] * g.strides[i] + tap[i] * g.dilations[i] - g.pad_begin[i];
    if (at < 0 || at >= g.size[i]) return std::nullopt;
    position = position * g.size[i] + at;
  }
  return static_cast<std::size_t>(position);
}

// That for every window, and within it every tap.
inline std::vector<std::optional<std::size_t>> input_positions(const Windows& g) {
  std::vector<std::optional<std::size_t>> table;
  const Shape out = outputs(g);
  for (std::int64_t p = 0; p < element_count(out); ++p)
    for (std::int64_t t = 0; t < element_count(g.kernel); ++t)
      table.push_back(input_position(g, unravel(p, out), unravel(t, g.kernel)));
  return table;
}

}  // namespace tenon::onednn
