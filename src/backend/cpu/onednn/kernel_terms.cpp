#include "backend/cpu/onednn/kernel_terms.h"

#include <algorithm>

namespace tenon::cpu {

namespace {
std::int64_t entry(const Ints& values, std::size_t axis, std::int64_t fallback) {
  return values.empty() ? fallback : values[axis];
}

std::optional<matrix::Number> addend_number(const Parts& parts, const Ending& ending) {
  return number_of(parts.epilogue[*ending.added].post_op.operand.dtype);
}
}  // namespace

std::optional<matrix::Number> number_of(DType dtype) {
  if (dtype == DType::f32) return matrix::Number::f32;
  return dtype == DType::bf16 ? std::optional(matrix::Number::bf16) : std::nullopt;
}

matrix::Axis axis_of(const Attrs& attrs, std::size_t axis, std::int64_t kernel) {
  return {kernel, entry(attrs.ints("strides"), axis, 1), entry(attrs.ints("dilations"), axis, 1),
          entry(attrs.ints("pads_low"), axis, 0)};
}

bool pads_with_zeros(const Attrs& attrs) {
  const auto is_pad = [](std::int64_t pad) { return pad >= 0; };
  return std::ranges::all_of(attrs.ints("pads_low"), is_pad) &&
         std::ranges::all_of(attrs.ints("pads_high"), is_pad);
}

bool knows_operands(const Parts& parts, const Ending& ending) {
  const bool has_f32_bias =
      !ending.bias || parts.graph.type(parts.epilogue[*ending.bias].operand).dtype == DType::f32;
  return has_f32_bias && (!ending.added || addend_number(parts, ending));
}

matrix::Epilogue epilogue_of(const Parts& parts, const Ending& ending) {
  matrix::Epilogue epilogue;
  epilogue.low = ending.low;
  epilogue.high = ending.high;
  if (ending.added) epilogue.added_number = *addend_number(parts, ending);
  return epilogue;
}

}  // namespace tenon::cpu
