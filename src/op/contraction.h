// The reference contraction: c += a·b over row-major matrices in wide arithmetic, blocked so that a row of b
// is read from cache, and summed over k in order, so that the result does not depend on the blocking.
#pragma once

#include <algorithm>
#include <cstdint>

namespace tenon {

template <class Wide>
void multiply_add(const Wide* a, const Wide* b, Wide* c, std::int64_t rows, std::int64_t columns,
                  std::int64_t depth) {
  constexpr std::int64_t kColumns = 512;
  constexpr std::int64_t kDepth = 64;
  for (std::int64_t j0 = 0; j0 < columns; j0 += kColumns)
    for (std::int64_t k0 = 0; k0 < depth; k0 += kDepth)
      for (std::int64_t i = 0; i < rows; ++i) {
        const std::int64_t width = std::min(kColumns, columns - j0);
        Wide* to = c + i * columns + j0;
        for (std::int64_t k = k0; k < std::min(k0 + kDepth, depth); ++k) {
          const Wide factor = a[i * depth + k];
          const Wide* row = b + k * columns + j0;
          for (std::int64_t j = 0; j < width; ++j) to[j] += factor * row[j];
        }
      }
}

}  // namespace tenon
