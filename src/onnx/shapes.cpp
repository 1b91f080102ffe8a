#include "onnx/shapes.h"

#include <algorithm>

namespace tenon::onnx {

namespace {
Ints integers_of(const Tensor& tensor) {
  const auto values = tensor.as<std::int64_t>();
  return {values.begin(), values.end()};
}
}  // namespace

std::int64_t place_of(const Call& call, std::int64_t axis, std::int64_t rank) {
  call.require(axis >= -rank && axis < rank, "its axis ", axis, " is none of ", rank);
  return axis < 0 ? axis + rank : axis;
}

Value constant_if_known(const Call& call, Value value) {
  const auto known = call.known(value);
  return known ? call.constant(*known) : value;
}

Value part(const Call& call, Value vector, std::int64_t begin, std::int64_t end) {
  return constant_if_known(call, slice(vector, {{0, begin, end}}));
}

Value part(const Call& call, Value vector, std::int64_t at) { return part(call, vector, at, at + 1); }

Value sizes_of(const Call& call, Value x) { return constant_if_known(call, shape_of(x)); }

// One axis may be known where others are not.
Value size_of_axis(const Call& call, Value x, std::int64_t axis) {
  const Type& type = x.type();
  const std::int64_t place = place_of(call, axis, x.rank());
  const Dim dim = type.dims[static_cast<std::size_t>(place)];
  return dim.is_constant() ? call.integers({dim.constant()}) : slice(shape_of(x), {{0, place, place + 1}});
}

Value reshaped(const Call& call, Value x, Value shape) {
  const auto known = call.known(shape);
  if (!known) return reshape(x, shape);
  const Ints sizes = integers_of(*known);
  const bool has_empty = std::ranges::find(sizes, 0) != sizes.end();  // a 0 would copy a dimension
  return has_empty ? reshape(x, call.constant(*known)) : reshape(x, sizes);
}

Value stretched(const Call& call, Value x, Value shape) {
  const auto known = call.known(shape);
  return known ? broadcast_to(x, integers_of(*known)) : broadcast_to(x, shape);
}

Value counted(const Call& call, Value size, DType dtype) {
  const auto known = call.known(size);
  return known ? iota(call.graph(), integers_of(*known), 0, dtype) : iota(size, 0, dtype);
}

Value flat(Value x) { return x.type().ranked && x.rank() == 1 ? x : reshape(x, Ints{-1}); }

Value along(Value vector, std::int64_t axis, std::int64_t rank) {
  if (rank == 1) return vector;
  Ints shape(static_cast<std::size_t>(rank), 1);
  shape[static_cast<std::size_t>(axis)] = -1;
  return reshape(vector, shape);
}

Value places_along(const Call& call, Value x, std::int64_t axis, DType dtype) {
  return along(counted(call, size_of_axis(call, x, axis), dtype), place_of(call, axis, x.rank()), x.rank());
}

Value as_scalar(Value x) { return x.type().ranked && x.rank() == 0 ? x : reshape(x, Ints{}); }

Value cast_to(Value x, DType dtype) { return x.dtype() == dtype ? x : cast(x, dtype); }

}  // namespace tenon::onnx
