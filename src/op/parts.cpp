#include "op/parts.h"

#include <numeric>

#include "tenon/ops.h"

namespace tenon {

Value length_along(Value x, std::int64_t axis) {
  return slice(shape_of(x), {{.axis = 0, .start = axis, .end = axis + 1}});
}
Value count_up(Value x, std::int64_t axis) { return iota(length_along(x, axis)); }

std::vector<AxisMap> identities(const Shape& shape) {
  std::vector<AxisMap> maps;
  for (const std::int64_t size : shape) {
    maps.emplace_back(static_cast<std::size_t>(size));
    std::iota(maps.back().begin(), maps.back().end(), 0);
  }
  return maps;
}

}  // namespace tenon
