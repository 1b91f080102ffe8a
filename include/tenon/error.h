// What goes wrong for a user, said so that the user can mend it: what, where, what to do.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

namespace tenon {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A run ended early because its caller asked for it.
class Stopped : public Error {
 public:
  using Error::Error;
};

namespace detail {
void append(std::string& out, std::string_view text);
void append(std::string& out, double number);
void append(std::string& out, long long number);
void append(std::string& out, unsigned long long number);

template <class T>
void append_any(std::string& out, const T& part) {
  if constexpr (std::is_same_v<T, bool>)
    append(out, part ? std::string_view("true") : std::string_view("false"));
  else if constexpr (std::is_same_v<T, char>)
    out.push_back(part);
  else if constexpr (std::is_floating_point_v<T>)
    append(out, static_cast<double>(part));
  else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
    append(out, static_cast<long long>(part));
  else if constexpr (std::is_integral_v<T>)
    append(out, static_cast<unsigned long long>(part));
  else if constexpr (std::is_convertible_v<const T&, std::string_view>)
    append(out, std::string_view(part));
  else if constexpr (requires { part.begin() != part.end(); }) {
    out.push_back('[');
    bool first = true;
    for (const auto& element : part) {
      if (!first) out.append(", ");
      first = false;
      append_any(out, element);
    }
    out.push_back(']');
  } else
    append(out, std::string_view(to_string(part)));  // found beside T
}
}  // namespace detail

// The parts written one after another; a type of one's own takes part through a `to_string` beside it.
template <class... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  (detail::append_any(out, parts), ...);
  return out;
}

template <class... Parts>
[[noreturn]] void fail(const Parts&... parts) {
  throw Error(cat(parts...));
}

template <class... Parts>
void require(bool holds, const Parts&... parts) {
  if (!holds) [[unlikely]]
    fail(parts...);
}

}  // namespace tenon
