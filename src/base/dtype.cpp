#include "tenon/dtype.h"

#include <array>
#include <cmath>

namespace tenon {

namespace {
struct Row {
  std::string_view name;
  std::size_t size;
};
constexpr std::array<Row, 13> kRows = {{{"f64", 8},
                                        {"f32", 4},
                                        {"f16", 2},
                                        {"bf16", 2},
                                        {"i64", 8},
                                        {"i32", 4},
                                        {"i16", 2},
                                        {"i8", 1},
                                        {"u64", 8},
                                        {"u32", 4},
                                        {"u16", 2},
                                        {"u8", 1},
                                        {"bool", 1}}};

// Rounds |value| to a float format of 16 bits, given its mantissa bits and smallest normal exponent;
// the exponent field grows into infinity by itself.
std::uint16_t narrow(double value, int mantissa_bits, int min_exponent, std::uint16_t infinity) {
  const std::uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value)) return sign | infinity | (1u << (mantissa_bits - 1));
  const double magnitude = std::fabs(value);
  if (std::isinf(value)) return sign | infinity;
  if (magnitude == 0) return sign;
  const int exponent = std::max(std::ilogb(magnitude), min_exponent);
  // In units of the last place the value is below 2^(mantissa_bits + 1); nearbyint rounds half to even.
  const auto units =
      static_cast<std::uint32_t>(std::nearbyint(std::ldexp(magnitude, mantissa_bits - exponent)));
  const std::uint32_t biased = static_cast<std::uint32_t>(exponent - min_exponent) << mantissa_bits;
  const std::uint32_t bits = biased + units;
  return sign | static_cast<std::uint16_t>(exponent > 1 - min_exponent || bits >= infinity ? infinity : bits);
}
}  // namespace

std::size_t size_of(DType dtype) { return kRows[static_cast<std::size_t>(dtype)].size; }
std::string_view name_of(DType dtype) { return kRows[static_cast<std::size_t>(dtype)].name; }

std::optional<DType> parse_dtype(std::string_view name) {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (kRows[i].name == name) return static_cast<DType>(i);
  return std::nullopt;
}

std::uint16_t half_bits(double value) { return narrow(value, 10, -14, 0x7c00); }
std::uint16_t bfloat16_bits(double value) { return narrow(value, 7, -126, 0x7f80); }

float half_value(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int mantissa = bits & 1023;
  const float sign = bits & 0x8000 ? -1.0f : 1.0f;
  if (exponent == 31) return sign * (mantissa ? NAN : INFINITY);
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
}

}  // namespace tenon
