#include <numbers>

#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Fourier transforms and the windows and filters around them. A transform is a product with a matrix: what
// models transform are short frames.
namespace tenon::onnx {

namespace {
// A window from its length: a sum of cosines of multiples of the angle at each place.
std::vector<Item> window(const Call& call, const std::vector<double>& weights) {
  const Value size = reshape(cast_to(call.input(0), DType::i64), Ints{1});
  const Value count = constant_if_known(call, size);
  const Value period = cast(call.flag("periodic", true) ? count : count - 1.0, DType::f64);
  const Value angle = counted(call, count, DType::f64) * (2 * std::numbers::pi) / period;
  Value sum = scalar_like(weights[0], angle);
  for (std::size_t i = 1; i < weights.size(); ++i)
    sum = sum + cos(angle * static_cast<double>(i)) * weights[i];
  return {cast(sum, call.dtype("output_datatype", DType::f32))};
}

std::vector<Item> hann(const Call& call) { return window(call, {0.5, -0.5}); }
std::vector<Item> hamming(const Call& call) { return window(call, {25.0 / 46, -21.0 / 46}); }
std::vector<Item> blackman(const Call& call) { return window(call, {0.42, -0.5, 0.08}); }

struct Transform {
  Value length;  // i64[1], of the signal in time
  bool inverse = false;
  bool onesided = false;  // only the first half of the frequencies: the signal is real
};

Value half_of(const Call& call, const Transform& how) {
  return constant_if_known(call, div(how.length, 2.0) + 1.0);
}

// The angles between places and frequencies, [from, 1, to, 1].
Value angles_of(const Call& call, const Transform& how) {
  const Value frequencies = how.onesided ? half_of(call, how) : how.length;
  const Value from = along(counted(call, how.inverse ? frequencies : how.length), 0, 4);
  const Value to = along(counted(call, how.inverse ? how.length : frequencies), 2, 4);
  // Whole turns are taken away while the angle is an integer.
  const Value turn = cast(mod(from * to, how.length), DType::f64);
  const double sign = how.inverse ? 1 : -1;
  return turn * (2 * std::numbers::pi * sign) / cast(how.length, DType::f64);
}

// [from, parts, to, 2 or 1]: what real and imaginary parts of the signal give to those of the result.
Value transform_matrix(const Call& call, const Transform& how, std::int64_t parts, DType dtype) {
  const Value angle = angles_of(call, how);
  const Value real = cos(angle), imaginary = sin(angle);
  Value matrix;
  if (how.inverse && how.onesided) {
    // All frequencies but the first and the middle one stand for two.
    const Value number = along(counted(call, half_of(call, how)), 0, 4);
    const Value is_single = logical_or(equal(number, 0.0), equal(number * 2.0, how.length));
    matrix = concat({real, neg(imaginary)}, 1) * select(is_single, scalar_like(1, real), 2.0);
  } else {
    matrix = concat({real, imaginary}, 3);
    if (parts == 2) matrix = concat({matrix, concat({neg(imaginary), real}, 3)}, 1);
  }
  return cast(how.inverse ? matrix / cast(how.length, DType::f64) : matrix, dtype);
}

// Of signals [rows…, from, 1 or 2] to [rows…, to, 2 or 1].
Value transformed(const Call& call, Value x, const Transform& how) {
  const Dim parts = x.type().dims.back();
  const bool to_real = how.inverse && how.onesided;
  call.require(parts.is(2) || (parts.is(1) && !to_real), "the last axis of its signal cannot be ", parts);
  const Value matrix = transform_matrix(call, how, parts.constant(), x.dtype());
  const auto joined = [&](const std::vector<Value>& dims) {
    return constant_if_known(call, concat(dims, 0));
  };
  const Value inputs = size_of_axis(call, matrix, 0) * static_cast<double>(parts.constant());
  const Value outputs = size_of_axis(call, matrix, 2), parts_out = size_of_axis(call, matrix, 3);
  const Value flat_matrix = reshaped(call, matrix, joined({inputs, outputs * parts_out}));
  const Value y = matmul(reshaped(call, x, joined({call.integers({-1}), inputs})), flat_matrix);
  const Value rows = part(call, sizes_of(call, x), 0, x.rank() - 2);
  return reshaped(call, y, joined({rows, outputs, parts_out}));
}

// Cut or filled with zeros to a length.
Value of_length(const Call& call, Value x, std::int64_t axis, Value length) {
  const Value own = size_of_axis(call, x, axis);
  const auto known = call.known(own), wanted = call.known(length);
  if (known && wanted && known->number() == wanted->number()) return x;
  const Value place = counted(call, length);
  const Value inside = gather(x, minimum(place, maximum(own - 1.0, 0.0)), axis);
  return select(along(place < own, axis, x.rank()), inside, scalar_like(0, x));
}

std::vector<Item> fourier(const Call& call) {
  const bool is_new = call.opset() >= 20;
  const auto given = is_new ? call.required_ints("axis", 2) : std::optional(Ints{call.integer("axis", 1)});
  call.require(!given || given->size() == 1, "it needs one axis");
  const Value x = call.input(0);
  const std::int64_t axis = place_of(call, given ? given->front() : -2, x.rank());
  const std::int64_t last = x.rank() - 2;
  call.require(axis <= last, "it cannot transform its last axis");
  Transform how{size_of_axis(call, x, axis), call.flag("inverse"), call.flag("onesided")};
  const bool to_real = how.inverse && how.onesided;
  if (call.has(1))
    how.length = constant_if_known(call, reshape(cast_to(call.input(1), DType::i64), Ints{1}));
  else if (to_real)
    how.length = constant_if_known(call, (how.length - 1.0) * 2.0);
  const Value cut = of_length(call, x, axis, to_real ? half_of(call, how) : how.length);
  if (axis == last) return {transformed(call, cut, how)};
  Ints perm(static_cast<std::size_t>(x.rank()));
  for (std::size_t i = 0; i < perm.size(); ++i) perm[i] = static_cast<std::int64_t>(i);
  std::swap(perm[static_cast<std::size_t>(axis)], perm[static_cast<std::size_t>(last)]);
  return {transpose(transformed(call, transpose(cut, perm), how), perm)};
}

// Of frames of the signal [batch, length, 1 or 2], each `step` after the other.
std::vector<Item> short_time_fourier(const Call& call) {
  Value x = call.input(0);
  if (x.rank() == 2) x = insert_axes(x, {2});
  call.require(x.rank() == 3, "its signal needs two or three axes");
  const auto one = [&](std::size_t input) {
    return constant_if_known(call, reshape(cast_to(call.input(input), DType::i64), Ints{1}));
  };
  const Value step = one(1);
  call.require(call.has(2) || call.has(3), "it needs a window or the length of a frame");
  const Value length = call.has(3) ? one(3) : size_of_axis(call, call.input(2), 0);
  const Value frames = constant_if_known(call, div(size_of_axis(call, x, 1) - length, step) + 1.0);
  const Value places = along(counted(call, frames) * step, 0, 2) + along(counted(call, length), 1, 2);
  Value framed = gather(x, places, 1);
  if (call.has(2)) framed = framed * along(call.input(2), 2, 4);
  return {transformed(call, framed, {length, false, call.flag("onesided", true)})};
}

Value logarithm_10(Value x) { return log(x) / std::numbers::ln10; }
Value mel_of(Value hertz) { return logarithm_10(1.0 + hertz / 700.0) * 2595.0; }
Value hertz_of(Value mel) { return (pow(scalar_like(10, mel), mel / 2595.0) - 1.0) * 700.0; }

// [frequencies, bands]: triangles whose corners are even on the mel scale, and whole frequencies.
std::vector<Item> mel_weights(const Call& call) {
  const auto one = [&](std::size_t input) {
    return reshape(cast_to(call.input(input), DType::f64), Ints{1});
  };
  const Value bands = constant_if_known(call, cast(one(0), DType::i64));
  const Value length = one(1), rate = one(2);
  const Value low = mel_of(one(3)), high = mel_of(one(4));
  const Value step = (high - low) / cast(bands + 2.0, DType::f64);
  const auto corner = [&](double offset) {
    const Value mel = (counted(call, bands, DType::f64) + offset) * step + low;
    return floor((length + 1.0) * hertz_of(mel) / rate);
  };
  const Value left = corner(0), middle = corner(1), right = corner(2);
  const Value frequencies = constant_if_known(call, cast(floor(length * 0.5) + 1.0, DType::i64));
  const Value at = along(counted(call, frequencies, DType::f64), 0, 2);
  const Value width = middle - left;
  const Value rises = logical_and(at >= left, at <= middle);
  const Value rising = select(equal(width, 0.0), 1.0, (at - left) / width);
  const Value falls = logical_and(at > middle, at < right);
  const Value falling = (right - at) / (right - middle);
  const Value weights = select(rises, rising, select(falls, falling, 0.0));
  return {cast(weights, call.dtype("output_datatype", DType::f32))};
}
}  // namespace

void add_signal_rules(Rules& rules) {
  rules.add("BlackmanWindow", blackman);
  rules.add("DFT", fourier);
  rules.add("HammingWindow", hamming);
  rules.add("HannWindow", hann);
  rules.add("MelWeightMatrix", mel_weights);
  rules.add("STFT", short_time_fourier);
}

}  // namespace tenon::onnx
