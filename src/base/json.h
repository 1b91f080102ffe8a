// A JSON value, and its text. To read a file of a known form, base/json_reader.h has the better errors.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tenon/error.h"

namespace tenon {

class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;  // in the order of the text
  using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object>;

  Json() = default;  // null
  Json(bool value) : value_(value) {}
  template <std::integral T>
  Json(T value) : value_(static_cast<std::int64_t>(value)) {
    require(std::in_range<std::int64_t>(value), value, " does not fit a JSON integer of 64 bits");
  }
  template <std::floating_point T>
  Json(T value) : value_(static_cast<double>(value)) {}
  template <std::convertible_to<std::string_view> T>
  Json(const T& value) : value_(std::string(std::string_view(value))) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}

  const Value& value() const { return value_; }
  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  // The value as one type, or an error that says what it is instead.
  bool boolean() const;
  std::int64_t integer() const;
  double number() const;  // integers too
  const std::string& string() const;
  const Array& array() const;
  const Object& object() const;

  const Json* find(std::string_view key) const;  // null where this object has no such member
  const Json& at(std::string_view key) const;

  friend bool operator==(const Json&, const Json&) = default;

 private:
  Value value_;
};

Json parse_json(std::string_view text, std::string_view name);  // `name` is the file's, for errors

// JSON knows no NaN and no infinity: they are written as null. Every other double reads back to the bit.
std::string to_string(const Json& json);         // on one line
std::string to_pretty_string(const Json& json);  // indented, with a newline at its end

}  // namespace tenon
