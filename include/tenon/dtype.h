// The element types, and the two 16-bit floats that C++20 lacks.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon {

enum class DType : std::uint8_t { f64, f32, f16, bf16, i64, i32, i16, i8, u64, u32, u16, u8, boolean };

inline constexpr DType kAllDTypes[] = {DType::f64, DType::f32, DType::f16,    DType::bf16, DType::i64,
                                       DType::i32, DType::i16, DType::i8,     DType::u64,  DType::u32,
                                       DType::u16, DType::u8,  DType::boolean};

std::size_t size_of(DType dtype);
std::string_view name_of(DType dtype);  // "f32", "bool", …
inline std::string to_string(DType dtype) { return std::string(name_of(dtype)); }
std::optional<DType> parse_dtype(std::string_view name);

constexpr bool is_float(DType t) { return t <= DType::bf16; }
constexpr bool is_signed_int(DType t) { return t >= DType::i64 && t <= DType::i8; }
constexpr bool is_unsigned_int(DType t) { return t >= DType::u64 && t <= DType::u8; }
constexpr bool is_int(DType t) { return is_signed_int(t) || is_unsigned_int(t); }

// Conversions round to nearest even, as the hardware does; a double is rounded once, not through float.
std::uint16_t half_bits(double value);
float half_value(std::uint16_t bits);
std::uint16_t bfloat16_bits(double value);
inline float bfloat16_value(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

struct Half {
  std::uint16_t bits = 0;
  Half() = default;
  explicit Half(double value) : bits(half_bits(value)) {}
  explicit operator float() const { return half_value(bits); }
  explicit operator double() const { return half_value(bits); }
};

struct BFloat16 {
  std::uint16_t bits = 0;
  BFloat16() = default;
  explicit BFloat16(double value) : bits(bfloat16_bits(value)) {}
  explicit operator float() const { return bfloat16_value(bits); }
  explicit operator double() const { return bfloat16_value(bits); }
};

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, double>)
    return DType::f64;
  else if constexpr (std::is_same_v<T, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<T, Half>)
    return DType::f16;
  else if constexpr (std::is_same_v<T, BFloat16>)
    return DType::bf16;
  else if constexpr (std::is_same_v<T, bool>)
    return DType::boolean;
  else {
    static_assert(std::is_integral_v<T> && sizeof(T) <= 8, "not an element type");
    constexpr DType kSigned[] = {DType::i8, DType::i16, DType::i32, DType::i64};
    constexpr DType kUnsigned[] = {DType::u8, DType::u16, DType::u32, DType::u64};
    constexpr int log2 = std::bit_width(sizeof(T)) - 1;
    return std::is_signed_v<T> ? kSigned[log2] : kUnsigned[log2];
  }
}

// Calls visit.template operator()<T>() with the C++ type of `dtype`.
template <class Visit>
decltype(auto) with_type(DType dtype, Visit&& visit) {
  switch (dtype) {
    case DType::f64:
      return visit.template operator()<double>();
    case DType::f32:
      return visit.template operator()<float>();
    case DType::f16:
      return visit.template operator()<Half>();
    case DType::bf16:
      return visit.template operator()<BFloat16>();
    case DType::i64:
      return visit.template operator()<std::int64_t>();
    case DType::i32:
      return visit.template operator()<std::int32_t>();
    case DType::i16:
      return visit.template operator()<std::int16_t>();
    case DType::i8:
      return visit.template operator()<std::int8_t>();
    case DType::u64:
      return visit.template operator()<std::uint64_t>();
    case DType::u32:
      return visit.template operator()<std::uint32_t>();
    case DType::u16:
      return visit.template operator()<std::uint16_t>();
    case DType::u8:
      return visit.template operator()<std::uint8_t>();
    default:
      return visit.template operator()<bool>();
  }
}

}  // namespace tenon
