// Shapes in rules: what is known of one while importing goes into attributes, and the rest is arithmetic on
// values that is done once the model runs.
#pragma once

#include "onnx/call.h"

namespace tenon::onnx {

std::int64_t place_of(const Call& call, std::int64_t axis, std::int64_t rank);  // in [0, rank)
Value constant_if_known(const Call& call, Value value);
// One entry of a vector, as a vector of one; or those from `begin` up to `end`.
Value part(const Call& call, Value vector, std::int64_t begin, std::int64_t end);
Value part(const Call& call, Value vector, std::int64_t at);

Value sizes_of(const Call& call, Value x);                         // i64[rank]
Value size_of_axis(const Call& call, Value x, std::int64_t axis);  // i64[1]

// The op with a shape that may be known.
Value reshaped(const Call& call, Value x, Value shape);
Value stretched(const Call& call, Value x, Value shape);
Value counted(const Call& call, Value size, DType dtype = DType::i64);  // 0, 1, … below i64[1]
Value flat(Value x);
// A vector in the place of one axis of `rank`, the others 1.
Value along(Value vector, std::int64_t axis, std::int64_t rank);
// The places along one axis of x, so that it broadcasts to x.
Value places_along(const Call& call, Value x, std::int64_t axis, DType dtype = DType::i64);
// Each place of the axis as often as `times` says, one behind the other.
Value repeated(const Call& call, Value x, std::int64_t axis, std::int64_t times);
// Without those of its axes, which are 1; and x at one place of an axis, without the axis.
Value without_axes(const Call& call, Value x, const std::vector<bool>& gone);
Value at_place(const Call& call, Value x, std::int64_t place, std::int64_t axis);
// Parts of an axis, one after the other, whose sizes are only known when the model runs.
std::vector<Value> parts_of_sizes(Value x, Value sizes, std::int64_t count, std::int64_t axis);
Value as_scalar(Value x);             // of one element
Value cast_to(Value x, DType dtype);  // x itself where it is of the type

}  // namespace tenon::onnx
