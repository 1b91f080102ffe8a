#include "op/strided.h"

namespace tenon {

Tensor read_strided(const Tensor& x, const Shape& shape, const Shape& strides, std::int64_t start) {
  Tensor result = Tensor::empty(x.dtype(), shape);
  with_bits(x.dtype(), [&]<class Bits>() {
    const Bits* from = bits_of<Bits>(x) + start;
    Bits* to = bits_of<Bits>(result);
    for_each_offset<1>(shape, {strides}, [&](const auto& offsets) { *to++ = from[offsets[0]]; });
  });
  return result;
}

namespace {
// The maps in units of x's elements, so that a place is found by adding.
std::vector<AxisMap> scaled(const std::vector<AxisMap>& maps, const Shape& strides) {
  std::vector<AxisMap> scaled = maps;
  for (std::size_t axis = 0; axis < maps.size(); ++axis)
    for (std::int64_t& place : scaled[axis])
      if (place != kFill) place *= strides[axis];
  return scaled;
}

template <class Bits>
struct MappedCopy {
  const std::vector<AxisMap>& maps;
  const Bits* from;
  Bits* to;
  Bits fill;

  void copy(std::size_t axis, std::int64_t offset, bool filled) {
    if (axis == maps.size()) {
      *to++ = filled ? fill : from[offset];
      return;
    }
    for (const std::int64_t place : maps[axis])
      copy(axis + 1, place == kFill ? offset : offset + place, filled || place == kFill);
  }
};
}  // namespace

Tensor read_mapped(const Tensor& x, const std::vector<AxisMap>& maps, const Tensor& fill) {
  Shape shape;
  for (const AxisMap& map : maps) shape.push_back(static_cast<std::int64_t>(map.size()));
  Tensor result = Tensor::empty(x.dtype(), shape);
  if (result.size() == 0) return result;
  const std::vector<AxisMap> offsets = scaled(maps, row_major_strides(x.shape()));
  with_bits(x.dtype(), [&]<class Bits>() {
    const Bits filler = fill.defined() ? *bits_of<Bits>(fill) : Bits{};
    MappedCopy<Bits>{offsets, bits_of<Bits>(x), bits_of<Bits>(result), filler}.copy(0, 0, false);
  });
  return result;
}

}  // namespace tenon
