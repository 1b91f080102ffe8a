// Bytes as files hold them: little-endian, at any alignment.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "tenon/error.h"

namespace tenon {

static_assert(std::endian::native == std::endian::little, "files are read and mapped as little-endian");

using Bytes = std::span<const std::byte>;

inline Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }
inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class T>
T load(const std::byte* from) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class T>
void append_value(std::string& out, T value) {
  static_assert(std::is_trivially_copyable_v<T>);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

// How every reader says what is wrong with its input: which, where, and then what was expected.
template <class... Parts>
[[noreturn]] void fail_at(std::string_view name, std::uint64_t offset, const Parts&... parts) {
  fail("'", name, "', byte ", offset, ": ", parts...);
}

template <class... Parts>
void require_at(bool holds, std::string_view name, std::uint64_t offset, const Parts&... parts) {
  if (!holds) [[unlikely]]
    fail_at(name, offset, parts...);
}

}  // namespace tenon
