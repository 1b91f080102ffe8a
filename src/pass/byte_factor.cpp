#include "pass/byte_factor.h"

#include <algorithm>
#include <cmath>

#include "pass/rewrite.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
constexpr std::int64_t kBetweenSigns = 128;

bool is_byte(DType dtype) { return dtype == DType::u8 || dtype == DType::i8; }

Value before_broadcast(Value value) {
  return node_of(value).op == Op::broadcast_to ? input_of(value, 0) : value;
}

const Tensor* constant_of(Value value) {
  const Node& node = node_of(value);
  return node.op == Op::constant ? &node.attrs.tensor("value") : nullptr;
}

struct Range {
  double least = 0;
  double most = 0;
  bool is_whole = true;
};

Range range_of(const Tensor& tensor) {
  Range range;
  for (std::int64_t i = 0; i < tensor.size(); ++i) {
    const double number = tensor.number(i);
    range.least = std::min(range.least, number);
    range.most = std::max(range.most, number);
    range.is_whole = range.is_whole && number == std::trunc(number);
  }
  return range;
}

bool fits(const Range& range, double least, double most) {
  return range.is_whole && range.least >= least && range.most <= most;
}

// Integers that were bytes, or constants that may be.
Value bytes_of(Value value) {
  if (node_of(value).op == Op::cast && is_byte(input_of(value, 0).dtype())) return input_of(value, 0);
  const Tensor* const numbers = constant_of(value);
  if (!numbers) return {};
  const Range range = range_of(*numbers);
  if (fits(range, -128, 127)) return value.graph().constant(numbers->cast(DType::i8));
  return fits(range, 0, 255) ? value.graph().constant(numbers->cast(DType::u8)) : Value();
}

// Whatever the type and the shape that it was given.
bool is_all_zero(Value value) {
  while (node_of(value).op == Op::reshape || node_of(value).op == Op::cast) value = input_of(value, 0);
  const Tensor* const numbers = constant_of(value);
  return numbers && fits(range_of(*numbers), 0, 0);
}

// A zero point as i32; undefined where it is 0.
Value zero_of(Value value) {
  const Value narrow = before_broadcast(value);
  if (is_all_zero(narrow)) return {};
  const Tensor* const numbers = constant_of(narrow);
  return numbers ? value.graph().constant(numbers->cast(DType::i32)) : cast(narrow, DType::i32);
}

bool is_zero_point(Value value) {
  Value narrow = before_broadcast(value);
  if (const Tensor* const numbers = constant_of(narrow)) return fits(range_of(*numbers), -128, 255);
  while (node_of(narrow).op == Op::reshape) narrow = input_of(narrow, 0);
  return node_of(narrow).op == Op::cast && is_byte(input_of(narrow, 0).dtype());
}

Value moved(Value bytes, std::int64_t by, DType dtype) {
  return cast(cast(bytes, DType::i32) + static_cast<double>(by), dtype);
}

Value moved_zero(const ByteFactor& factor, std::int64_t by) {
  Graph& graph = factor.bytes.graph();
  const auto distance = static_cast<double>(by);
  if (!factor.zero.defined()) return graph.constant(Tensor::full(DType::i32, {}, distance));
  const Tensor* const numbers = constant_of(factor.zero);
  if (!numbers) return factor.zero + distance;
  const Tensor sum = numbers->clone();
  for (std::int32_t& number : sum.as<std::int32_t>()) number += static_cast<std::int32_t>(by);
  return zero_of(graph.constant(sum));
}
}  // namespace

std::optional<ByteFactor> byte_factor(Value factor) {
  ByteFactor found;
  Value number = factor;
  if (node_of(number).op == Op::mul && is_float(number.dtype())) {
    found.scale = before_broadcast(input_of(number, 1));
    number = input_of(number, 0);
  }
  Value zero;
  if (node_of(number).op == Op::sub && is_zero_point(input_of(number, 1))) {
    zero = input_of(number, 1);
    number = input_of(number, 0);
  }
  found.bytes = bytes_of(number);
  if (!found.bytes.defined()) return std::nullopt;
  if (zero.defined()) found.zero = zero_of(zero);
  return found;
}

ByteFactor as_unsigned(ByteFactor factor) {
  if (factor.bytes.dtype() == DType::u8) return factor;
  return {moved(factor.bytes, kBetweenSigns, DType::u8), moved_zero(factor, kBetweenSigns), factor.scale};
}

ByteFactor as_signed(ByteFactor factor) {
  if (factor.bytes.dtype() == DType::i8) return factor;
  return {moved(factor.bytes, -kBetweenSigns, DType::i8), moved_zero(factor, -kBetweenSigns), factor.scale};
}

}  // namespace tenon
