#include "onnx/resize.h"

#include <cmath>

#include "onnx/sample.h"
#include "onnx/shapes.h"

namespace tenon::onnx {

namespace {
Value real(Value x) { return cast_to(x, DType::f64); }

// The middles of both axes meet although the new size was rounded.
Value symmetric(const ResizedAxis& a, Value middle) {
  const Value old_size = real(a.old_size);
  const Value rounded = real(a.new_size) / (a.scale * old_size);
  return old_size * 0.5 * (1.0 - rounded) + middle / a.scale - 0.5;
}
}  // namespace

Value coordinates_of(const Call& call, const ResizeMode& mode, const ResizedAxis& a) {
  const Value place = counted(call, a.new_size, DType::f64);
  const Value is_single = equal(a.new_size, 1.0);
  const Value last = real(a.old_size) - 1.0;
  // The new length before it was rounded; where it is 1 what divides by the steps is not selected.
  const Value steps = a.scale * real(a.old_size) - 1.0;
  const std::string& how = mode.coordinates;
  if (how == "half_pixel") return (place + 0.5) / a.scale - 0.5;
  if (how == "half_pixel_symmetric") return symmetric(a, place + 0.5);
  if (how == "pytorch_half_pixel") return select(is_single, 0.0, (place + 0.5) / a.scale - 0.5);
  if (how == "tf_half_pixel_for_nn") return (place + 0.5) / a.scale;
  if (how == "asymmetric") return place / a.scale;
  if (how == "align_corners") return select(is_single, 0.0, place * (last / steps));
  call.require(how == "tf_crop_and_resize" && a.begin.defined(),
               "there is no coordinate_transformation_mode '", how, "'");
  const Value spread = a.begin * last + place * ((a.end - a.begin) * last / steps);
  return select(is_single, (a.begin + a.end) * 0.5 * last, spread);
}

namespace {
// Floor where it is enlarged and ceil where it shrinks is what version 10 does.
Value rounded(const Call& call, const ResizeMode& mode, const ResizedAxis& a, Value x) {
  const std::string& how = mode.nearest;
  if (how == "round_prefer_floor") return ceil(x - 0.5);
  if (how == "round_prefer_ceil") return floor(x + 0.5);
  if (how == "floor") return floor(x);
  if (how == "ceil") return ceil(x);
  call.require(how == "simple", "there is no nearest_mode '", how, "'");
  return select(a.scale < 1.0, ceil(x), floor(x));
}

// The factor where each place is just repeated: the coordinates of its copies round to it.
std::optional<std::int64_t> copies(const Call& call, const ResizeMode& mode, const ResizedAxis& a) {
  const auto scale = call.known(a.scale);
  const double factor = scale ? scale->number() : 0;
  if (factor < 1 || factor != std::trunc(factor) || factor > 1024) return std::nullopt;
  const bool rounds = mode.nearest.starts_with("round_prefer");
  const bool floors = mode.nearest == "floor" || mode.nearest == "simple";
  const bool centred = mode.coordinates == "half_pixel" || mode.coordinates == "half_pixel_symmetric";
  const bool from_start = mode.coordinates == "asymmetric" || mode.coordinates == "tf_half_pixel_for_nn";
  const bool repeats = (centred && rounds) || (from_start && floors);
  return repeats ? std::optional(static_cast<std::int64_t>(factor)) : std::nullopt;
}

Value nearest(const Call& call, Value x, const ResizeMode& mode, const ResizedAxis& a) {
  if (const auto times = copies(call, mode, a)) return repeated(call, x, a.axis, *times);
  const Value place = rounded(call, mode, a, coordinates_of(call, mode, a));
  const Value inside = minimum(maximum(cast(place, DType::i64), 0.0), a.old_size - 1.0);
  return gather(x, constant_if_known(call, inside), a.axis);
}

// The weight of a place at this distance from the coordinate.
Value linear_weight(Value distance) { return maximum(1.0 - abs(distance), 0.0); }

Value weight_at(const ResizeMode& mode, Value distance) {
  return mode.filter == "linear" ? linear_weight(distance) : cubic_weight(distance, mode.cubic);
}

struct Tap {
  Value place;   // i64[new size], inside the axis
  Value weight;  // f64[new size]
};

std::vector<Tap> taps_of(const Call& call, const ResizeMode& mode, const ResizedAxis& a) {
  const Value x = coordinates_of(call, mode, a);
  const Value first = floor(x);
  std::vector<Tap> taps;
  Value total;
  for (int i = mode.filter == "linear" ? 0 : -1; i <= (mode.filter == "linear" ? 1 : 2); ++i) {
    const Value place = cast(first, DType::i64) + static_cast<double>(i);
    Value weight = weight_at(mode, x - first - static_cast<double>(i));
    if (mode.exclude_outside) weight = select(logical_and(place >= 0.0, place < a.old_size), weight, 0.0);
    total = total.defined() ? total + weight : weight;
    taps.push_back({minimum(maximum(place, 0.0), a.old_size - 1.0), weight});
  }
  for (Tap& tap : taps) {
    if (mode.exclude_outside) tap.weight = tap.weight / total;
    tap.place = constant_if_known(call, tap.place);
  }
  return taps;
}

Value by_taps(const Call& call, Value x, const ResizeMode& mode, const ResizedAxis& a) {
  Value sum;
  for (const Tap& tap : taps_of(call, mode, a)) {
    const Value weight = along(constant_if_known(call, cast(tap.weight, x.dtype())), a.axis, x.rank());
    const Value term = gather(x, tap.place, a.axis) * weight;
    sum = sum.defined() ? sum + term : term;
  }
  return sum;
}

// How much of each old place is in each new one, [new, old]: the filter widens where the axis shrinks. What
// it takes from outside is the edge's.
Value mixing_matrix(const Call& call, const ResizeMode& mode, const ResizedAxis& a) {
  const Value narrow = minimum(a.scale, 1.0);
  const Value reach = constant_if_known(call, cast(ceil(2.0 / narrow), DType::i64));
  const Value places = counted(call, constant_if_known(call, a.old_size + reach * 2.0)) - reach;
  const Value centre = along(coordinates_of(call, mode, a), 0, 2);
  Value weights = weight_at(mode, (real(places) - centre) * narrow);
  const Value inside = minimum(maximum(places, 0.0), a.old_size - 1.0);
  if (mode.exclude_outside) weights = select(equal(inside, places), weights, 0.0);
  const Value is_same = equal(along(inside, 0, 2), along(counted(call, a.old_size), 1, 2));
  return matmul(weights / reduce_sum(weights, {1}, true), real(is_same));
}

// [outer, old, inner] to [outer, new, inner].
Value by_matrix(const Call& call, Value x, const ResizeMode& mode, const ResizedAxis& a) {
  const Value sizes = sizes_of(call, x);
  const Value ones = call.integers({1});
  const auto product = [&](std::int64_t begin, std::int64_t end) {
    return begin == end ? ones : reduce_prod(part(call, sizes, begin, end), {0}, true);
  };
  const Value outer = product(0, a.axis), inner = product(a.axis + 1, x.rank());
  const auto shape = [&](const std::vector<Value>& parts) {
    return constant_if_known(call, concat(parts, 0));
  };
  const Value lines = reshaped(call, x, shape({outer, a.old_size, inner}));
  const Value mixed = matmul(cast(mixing_matrix(call, mode, a), x.dtype()), lines);
  std::vector<Value> result{a.new_size};
  if (a.axis > 0) result.insert(result.begin(), part(call, sizes, 0, a.axis));
  if (a.axis + 1 < x.rank()) result.push_back(part(call, sizes, a.axis + 1, x.rank()));
  return reshaped(call, mixed, shape(result));
}
}  // namespace

Value resize_axis(const Call& call, Value x, const ResizeMode& mode, const ResizedAxis& axis) {
  if (mode.filter == "nearest") return nearest(call, x, mode, axis);
  call.require(mode.filter == "linear" || mode.filter == "cubic", "there is no mode '", mode.filter, "'");
  return mode.antialias ? by_matrix(call, x, mode, axis) : by_taps(call, x, mode, axis);
}

}  // namespace tenon::onnx
