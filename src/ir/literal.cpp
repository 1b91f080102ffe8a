#include "ir/literal.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/convert.h"

namespace tenon {

static_assert(std::endian::native == std::endian::little, "spell_bytes writes memory as it lies");

namespace {
constexpr std::string_view kHex = "0123456789abcdef";

template <class T>
using BitsOf =
    std::conditional_t<sizeof(T) == 8, std::uint64_t,
                       std::conditional_t<sizeof(T) == 4, std::uint32_t,
                                          std::conditional_t<sizeof(T) == 2, std::uint16_t, std::uint8_t>>>;

template <class T>
BitsOf<T> usual_nan() {
  if constexpr (std::is_same_v<T, Half>)
    return 0x7e00;
  else if constexpr (std::is_same_v<T, BFloat16>)
    return 0x7fc0;
  else
    return std::bit_cast<BitsOf<T>>(std::numeric_limits<T>::quiet_NaN());
}

template <class Number>
std::string to_text(Number number, auto... how) {
  std::array<char, 40> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number, how...).ptr};
}

template <class T>
std::string spell(T value) {
  if constexpr (std::is_same_v<T, bool>)
    return value ? "true" : "false";
  else if constexpr (!kIsFloat<T>)
    return to_text(value);
  else {
    using Shown = std::conditional_t<std::is_same_v<T, double>, double, float>;
    const auto shown = static_cast<Shown>(value);
    if (!std::isnan(shown)) return to_text(shown);
    const auto bits = std::bit_cast<BitsOf<T>>(value);
    return bits == usual_nan<T>() ? "nan" : "nan(0x" + to_text(bits, 16) + ")";
  }
}

template <class Number>
bool read_all(std::string_view text, Number& number, auto... how) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, how...);
  return error == std::errc() && end == text.data() + text.size();
}

template <class T>
bool read_nan(std::string_view text, T& value) {
  BitsOf<T> bits = usual_nan<T>();
  if (text != "nan") {
    constexpr std::string_view kStart = "nan(0x";
    if (!text.starts_with(kStart) || !text.ends_with(")")) return false;
    text.remove_prefix(kStart.size());
    text.remove_suffix(1);
    if (!read_all(text, bits, 16)) return false;
  }
  value = std::bit_cast<T>(bits);
  return std::isnan(static_cast<double>(value));
}

template <class T>
bool read(std::string_view text, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    value = text == "true";
    return value || text == "false";
  } else if constexpr (!kIsFloat<T>) {
    return read_all(text, value);
  } else {
    if (text.starts_with("nan")) return read_nan(text, value);
    std::conditional_t<std::is_same_v<T, float>, float, double> number = 0;
    if (!read_all(text, number) || std::isnan(number)) return false;
    value = T(number);
    return std::isinf(static_cast<double>(value)) == std::isinf(number);
  }
}
}  // namespace

std::string spell_element(const Tensor& tensor, std::int64_t position) {
  return with_type(tensor.dtype(),
                   [&]<class T>() { return spell(tensor.as<T>()[static_cast<std::size_t>(position)]); });
}

std::string spell_number(double number) { return spell(number); }

bool read_element(std::string_view spelling, const Tensor& into, std::int64_t position) {
  return with_type(into.dtype(), [&]<class T>() {
    return read(spelling, into.as<T>()[static_cast<std::size_t>(position)]);
  });
}

bool read_number(std::string_view spelling, double& number) { return read(spelling, number); }
bool read_integer(std::string_view spelling, std::int64_t& integer) { return read(spelling, integer); }

std::string spell_bytes(const Tensor& tensor) {
  std::string digits;
  digits.reserve(2 * tensor.bytes());
  const auto* bytes = static_cast<const unsigned char*>(tensor.raw());
  for (std::size_t i = 0; i < tensor.bytes(); ++i) digits += {kHex[bytes[i] >> 4], kHex[bytes[i] & 15]};
  return digits;
}

bool read_bytes(std::string_view digits, const Tensor& into) {
  if (digits.size() != 2 * into.bytes()) return false;
  auto* bytes = static_cast<unsigned char*>(into.raw());
  for (std::size_t i = 0; i < into.bytes(); ++i) {
    const std::size_t high = kHex.find(digits[2 * i]);
    const std::size_t low = kHex.find(digits[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return false;
    bytes[i] = static_cast<unsigned char>(high << 4 | low);
    if (into.dtype() == DType::boolean && bytes[i] > 1) return false;
  }
  return true;
}

}  // namespace tenon
