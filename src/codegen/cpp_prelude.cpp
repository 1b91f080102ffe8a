#include "codegen/cpp_printer.h"

namespace tenon::codegen {

const char* const kCppPrelude = R"(#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace {

// f16 and bf16 are numbers of 16 bits in memory and floats in registers.
std::uint16_t narrow(double value, int mantissa_bits, int min_exponent, unsigned infinity) {
  const unsigned sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value)) return sign | infinity | 1u << (mantissa_bits - 1);
  const double magnitude = std::fabs(value);
  if (std::isinf(value) || magnitude == 0) return sign | (magnitude == 0 ? 0 : infinity);
  const int exponent = std::ilogb(magnitude) < min_exponent ? min_exponent : std::ilogb(magnitude);
  if (exponent > 1 - min_exponent) return sign | infinity;
  const unsigned units = std::nearbyint(std::ldexp(magnitude, mantissa_bits - exponent));
  const unsigned bits = (static_cast<unsigned>(exponent - min_exponent) << mantissa_bits) + units;
  return sign | (bits < infinity ? bits : infinity);
}
std::uint16_t half_bits(double value) { return narrow(value, 10, -14, 0x7c00); }
std::uint16_t bfloat_bits(double value) { return narrow(value, 7, -126, 0x7f80); }

float half_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, mantissa = bits & 1023;
  const float sign = bits & 0x8000 ? -1 : 1;
  if (exponent == 31) return mantissa ? NAN : sign * INFINITY;
  return sign * (exponent ? std::ldexp(mantissa + 1024.0f, exponent - 25) : std::ldexp(float(mantissa), -24));
}
float bfloat_value(std::uint16_t bits) {
  const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
  float value;
  std::memcpy(&value, &wide, 4);
  return value;
}

template <class To, class From>
To cast(From x) {
  if constexpr (std::is_same_v<To, bool>) return x != 0;
  else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    using Limits = std::numeric_limits<To>;
    if (std::isnan(x)) return 0;
    if (x >= std::ldexp(From{1}, Limits::digits)) return Limits::max();
    if (x <= static_cast<From>(Limits::min())) return Limits::min();
    return static_cast<To>(x);
  } else return static_cast<To>(x);
}

template <class T> using Modular = std::conditional_t<std::is_integral_v<T>, std::uint64_t, T>;

template <class T> T op_neg(T x) { return static_cast<T>(-static_cast<Modular<T>>(x)); }
template <class T> T op_abs(T x) {
  if constexpr (std::is_floating_point_v<T>) return std::fabs(x);
  else return x < T{0} ? op_neg(x) : x;
}
template <class T> T op_sign(T x) { return x > 0 ? T(1) : x < 0 ? T(-1) : x; }
template <class T> T op_floor(T x) { return std::floor(x); }
template <class T> T op_ceil(T x) { return std::ceil(x); }
template <class T> T op_round(T x) { return std::nearbyint(x); }
template <class T> T op_trunc(T x) { return std::trunc(x); }
template <class T> T op_exp(T x) { return std::exp(x); }
template <class T> T op_expm1(T x) { return std::expm1(x); }
template <class T> T op_log(T x) { return std::log(x); }
template <class T> T op_log1p(T x) { return std::log1p(x); }
template <class T> T op_sqrt(T x) { return std::sqrt(x); }
template <class T> T op_rsqrt(T x) { return 1 / std::sqrt(x); }
template <class T> T op_reciprocal(T x) { return 1 / x; }
template <class T> T op_sin(T x) { return std::sin(x); }
template <class T> T op_cos(T x) { return std::cos(x); }
template <class T> T op_tan(T x) { return std::tan(x); }
template <class T> T op_asin(T x) { return std::asin(x); }
template <class T> T op_acos(T x) { return std::acos(x); }
template <class T> T op_atan(T x) { return std::atan(x); }
template <class T> T op_sinh(T x) { return std::sinh(x); }
template <class T> T op_cosh(T x) { return std::cosh(x); }
template <class T> T op_tanh(T x) { return std::tanh(x); }
template <class T> T op_erf(T x) { return std::erf(x); }
template <class T> bool op_is_nan(T x) { return std::isnan(x); }
template <class T> bool op_is_inf(T x) { return std::isinf(x); }
template <class T> bool op_is_finite(T x) { return std::isfinite(x); }
template <class T> bool op_logical_not(T x) { return !x; }
template <class T> T op_bitwise_not(T x) {
  if constexpr (std::is_same_v<T, bool>) return !x;
  else return static_cast<T>(~x);
}
template <class T> T op_stop_gradient(T x) { return x; }

template <class T> T op_add(T a, T b) { return static_cast<T>(static_cast<Modular<T>>(a) + static_cast<Modular<T>>(b)); }
template <class T> T op_sub(T a, T b) { return static_cast<T>(static_cast<Modular<T>>(a) - static_cast<Modular<T>>(b)); }
template <class T> T op_mul(T a, T b) { return static_cast<T>(static_cast<Modular<T>>(a) * static_cast<Modular<T>>(b)); }
template <class T> T op_div(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return a / b;
  else if (b == 0) return 0;
  else if (std::is_signed_v<T> && b == static_cast<T>(-1)) return op_neg(a);
  else return static_cast<T>(a / b);
}
template <class T> T op_rem(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return std::fmod(a, b);
  else if (b == 0 || (std::is_signed_v<T> && b == static_cast<T>(-1))) return 0;
  else return static_cast<T>(a % b);
}
template <class T> T op_mod(T a, T b) {
  const T left = op_rem(a, b);
  if constexpr (std::is_floating_point_v<T>)
    if (left == 0) return std::copysign(T{0}, b);
  return left != 0 && (left < 0) != (b < 0) ? static_cast<T>(left + b) : left;
}
template <class T> T op_pow(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) return std::pow(a, b);
  else {
    if (b < T{0}) return a == 1 || (a == static_cast<T>(-1) && b % 2 == 0) ? 1 : a == static_cast<T>(-1) ? a : 0;
    T power = 1;
    for (; b != 0; b /= 2, a = op_mul(a, a))
      if (b % 2 != 0) power = op_mul(power, a);
    return power;
  }
}
template <class T> T op_atan2(T a, T b) { return std::atan2(a, b); }
template <class T> T op_maximum(T a, T b) { return a > b || a != a ? a : b; }
template <class T> T op_minimum(T a, T b) { return a < b || a != a ? a : b; }
template <class T> bool op_equal(T a, T b) { return a == b; }
template <class T> bool op_not_equal(T a, T b) { return a != b; }
template <class T> bool op_less(T a, T b) { return a < b; }
template <class T> bool op_less_equal(T a, T b) { return a <= b; }
template <class T> bool op_greater(T a, T b) { return a > b; }
template <class T> bool op_greater_equal(T a, T b) { return a >= b; }
template <class T> bool op_logical_and(T a, T b) { return a && b; }
template <class T> bool op_logical_or(T a, T b) { return a || b; }
template <class T> bool op_logical_xor(T a, T b) { return a != b; }
template <class T> T op_bitwise_and(T a, T b) { return static_cast<T>(a & b); }
template <class T> T op_bitwise_or(T a, T b) { return static_cast<T>(a | b); }
template <class T> T op_bitwise_xor(T a, T b) { return static_cast<T>(a ^ b); }
template <class T> T op_shift_left(T a, T b) {
  using Unsigned = std::make_unsigned_t<T>;
  constexpr unsigned width = 8 * sizeof(T);
  return static_cast<Unsigned>(b) < width ? static_cast<T>(static_cast<std::uint64_t>(a) << b) : T{0};
}
template <class T> T op_shift_right(T a, T b) {
  using Unsigned = std::make_unsigned_t<T>;
  constexpr unsigned width = 8 * sizeof(T);
  if (static_cast<Unsigned>(b) < width) return static_cast<T>(a >> b);
  return std::is_signed_v<T> && a < T{0} ? static_cast<T>(-1) : T{0};
}
template <class T> T op_select(bool condition, T a, T b) { return condition ? a : b; }

// The first of the largest (smallest) wins, and the first NaN over all numbers.
constexpr std::int64_t kNowhere = std::numeric_limits<std::int64_t>::max();
template <class T>
void keep_extreme(bool beats, T value, std::int64_t at, T& best, std::int64_t& best_at) {
  const bool ties = value == best || (value != value && best != best);
  if (best == best && (beats || value != value)) best = value, best_at = at;
  else if (ties && at < best_at) best_at = at;
}

std::int64_t clamp(std::int64_t x, std::int64_t bound) { return x < 0 ? 0 : x < bound ? x : bound - 1; }

}  // namespace
)";

}  // namespace tenon::codegen
