// Structs as tables of TOML, by their lists of fields.
#pragma once

#include <cmath>

#include "recipe/fields.h"
#include "recipe/quoted.h"

namespace tenon::recipe {

inline std::string text_of(const std::string& value) { return quoted(value); }
inline std::string text_of(bool value) { return value ? "true" : "false"; }
inline std::string text_of(std::int64_t value) { return cat(value); }

// With a point or an exponent, so that it stays a float.
inline std::string text_of(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  std::string text = cat(value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

template <class T>
std::string inline_table(T& value);

template <class T>
std::string any_text(T& value) {
  if constexpr (requires { text_of(value); })
    return text_of(value);
  else
    return inline_table(value);
}

template <class T>
std::string any_text(std::vector<T>& list) {
  std::string out;
  for (T& element : list) out += (out.empty() ? "" : ", ") + any_text(element);
  return "[" + out + "]";
}

// Writes "key = value" for each key; one that is optional and has no value is left out.
class Lines {
 public:
  explicit Lines(std::string separator) : separator_(std::move(separator)) {}

  template <class T, class Check = AnyValue>
  void operator()(const char* key, T& value, const Check& = {}) {
    add(key, any_text(value));
  }
  template <class T, class Check = AnyValue>
  void operator()(const char* key, std::optional<T>& value, const Check& = {}) {
    if (value) add(key, any_text(*value));
  }

  std::string text;

 private:
  void add(const char* key, const std::string& value) {
    if (!text.empty()) text += separator_;
    text += cat(key, " = ", value);
  }
  std::string separator_;
};

template <class T>
std::string inline_table(T& value) {
  Lines lines(", ");
  fields(value, lines);
  return "{ " + lines.text + " }";
}

template <class T>
std::string section(const char* name, T& value) {
  Lines lines("\n");
  fields(value, lines);
  return cat("\n[", name, "]\n", lines.text, "\n");
}

}  // namespace tenon::recipe
