// Conversion of one number between element types, with the program's rules: float to integer truncates and
// saturates and NaN becomes 0; integers wrap; to bool is "not zero"; floats round to nearest even.
#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "tenon/dtype.h"

namespace tenon {

template <class T>
inline constexpr bool kIsFloat =
    std::is_floating_point_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

template <class To>
To saturate(double value) {
  using Limits = std::numeric_limits<To>;
  if (std::isnan(value)) return 0;
  // max() + 1 is a power of two, so exact as a double even for 64 bits.
  constexpr double limit = 2.0 * static_cast<double>(Limits::max() / 2 + 1);
  if (value >= limit) return Limits::max();
  if (value <= static_cast<double>(Limits::min())) return Limits::min();
  return static_cast<To>(value);
}

template <class To, class From>
To convert(From value) {
  if constexpr (std::is_same_v<To, From>)
    return value;
  else if constexpr (std::is_same_v<To, bool>) {
    if constexpr (kIsFloat<From>)
      return static_cast<double>(value) != 0;
    else
      return value != 0;
  } else if constexpr (kIsFloat<To>) {
    // An integer of 64 bits goes straight to float: through double it would be rounded twice.
    if constexpr (std::is_integral_v<From> && std::is_same_v<To, float>)
      return static_cast<float>(value);
    else
      return static_cast<To>(static_cast<double>(value));
  } else if constexpr (kIsFloat<From>)
    return saturate<To>(static_cast<double>(value));
  else
    return static_cast<To>(value);
}

}  // namespace tenon
