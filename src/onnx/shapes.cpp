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

Value repeated(const Call& call, Value x, std::int64_t axis, std::int64_t times) {
  if (times == 1) return x;
  const std::int64_t rank = x.rank();
  const Value sizes = sizes_of(call, x);
  const auto shape = [&](const std::vector<Value>& middle) {
    std::vector<Value> parts;
    if (axis > 0) parts.push_back(part(call, sizes, 0, axis));
    parts.insert(parts.end(), middle.begin(), middle.end());
    if (axis + 1 < rank) parts.push_back(part(call, sizes, axis + 1, rank));
    return constant_if_known(call, parts.size() == 1 ? parts[0] : concat(parts, 0));
  };
  const Value own = size_of_axis(call, x, axis);
  const Value split = reshaped(call, x, shape({own, call.integers({1})}));
  const Value wide = stretched(call, split, shape({own, call.integers({times})}));
  return reshaped(call, wide, shape({own * static_cast<double>(times)}));
}

Value without_axes(const Call& call, Value x, const std::vector<bool>& gone) {
  Ints shape, kept;
  int open = 0;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (gone[i]) continue;
    const Dim dim = x.type().dims[i];
    const bool is_said = dim.is_constant() && !dim.is(0);
    kept.push_back(static_cast<std::int64_t>(i));
    shape.push_back(is_said ? dim.constant() : -1);
    open += is_said ? 0 : 1;
  }
  return open <= 1 ? reshape(x, shape) : reshape(x, gather(shape_of(x), call.integers(kept)));
}

Value at_place(const Call& call, Value x, std::int64_t place, std::int64_t axis) {
  std::vector<bool> gone(static_cast<std::size_t>(x.rank()));
  gone[static_cast<std::size_t>(place_of(call, axis, x.rank()))] = true;
  const bool is_only = x.type().dims[static_cast<std::size_t>(axis)].is(1);
  return without_axes(call, is_only ? x : slice(x, {{axis, place, place + 1}}), gone);
}

std::vector<Value> parts_of_sizes(Value x, Value sizes, std::int64_t count, std::int64_t axis) {
  const Value ends = cumsum(sizes, 0);
  std::vector<Value> parts;
  for (std::int64_t i = 0; i < count; ++i) {
    const Value end = slice(ends, {{0, i, i + 1}});
    parts.push_back(slice(x, end - slice(sizes, {{0, i, i + 1}}), end, {axis}));
  }
  return parts;
}

Value as_scalar(Value x) { return x.type().ranked && x.rank() == 0 ? x : reshape(x, Ints{}); }

Value cast_to(Value x, DType dtype) { return x.dtype() == dtype ? x : cast(x, dtype); }

}  // namespace tenon::onnx
