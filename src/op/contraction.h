// The reference contraction: c += a·b over row-major matrices in wide arithmetic, blocked so that rows of b
// are read from cache, and summed over k in order, so that the result does not depend on the blocking.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tenon {

namespace detail {
// c += a[0]·b₀ + … + a[count - 1]·b, rows of b lying `stride` apart. Four at a time, each added in its turn:
// an element of c is then loaded and stored once for four.
template <class Wide>
void add_rows(const Wide* a, std::int64_t count, const Wide* b, std::int64_t stride, Wide* c,
              std::int64_t width) {
  std::int64_t k = 0;
  for (; k + 4 <= count; k += 4, b += 4 * stride)
    for (std::int64_t j = 0; j < width; ++j)
      c[j] = (((c[j] + a[k] * b[j]) + a[k + 1] * b[stride + j]) + a[k + 2] * b[2 * stride + j]) +
             a[k + 3] * b[3 * stride + j];
  for (; k < count; ++k, b += stride)
    for (std::int64_t j = 0; j < width; ++j) c[j] += a[k] * b[j];
}
}  // namespace detail

template <class Wide>
void multiply_add(const Wide* a, const Wide* b, Wide* c, std::int64_t rows, std::int64_t columns,
                  std::int64_t depth) {
  constexpr std::int64_t kColumns = 256;
  constexpr std::int64_t kDepth = 64;
  for (std::int64_t j = 0; j < columns; j += kColumns)
    for (std::int64_t k = 0; k < depth; k += kDepth)
      for (std::int64_t i = 0; i < rows; ++i)
        detail::add_rows(a + i * depth + k, std::min(kDepth, depth - k), b + k * columns + j, columns,
                         c + i * columns + j, std::min(kColumns, columns - j));
}

}  // namespace tenon
