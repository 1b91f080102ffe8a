#include "base/json_reader.h"

#include <charconv>

#include "base/utf8.h"

namespace tenon {

namespace {
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string printable(char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const auto code = static_cast<unsigned char>(c);
  if (code >= 0x20 && code < 0x7f) return cat("'", c, "'");
  return cat("the byte 0x", kHex[code >> 4], kHex[code & 15]);
}
}  // namespace

std::string_view name_of(JsonReader::Kind kind) {
  constexpr std::string_view kNames[] = {"null",     "a boolean", "a number",
                                         "a string", "an array",  "an object"};
  return kNames[static_cast<std::size_t>(kind)];
}

void JsonReader::fail_unexpected(std::string_view wanted) const {
  if (at_ >= text_.size()) fail_here("expected ", wanted, ", but the text ends");
  fail_here("expected ", wanted, ", found ", printable(text_[at_]));
}

void JsonReader::skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

JsonReader::Kind JsonReader::peek() {
  skip_space();
  const char c = at_ < text_.size() ? text_[at_] : '\0';
  if (c == '{') return Kind::object;
  if (c == '[') return Kind::array;
  if (c == '"') return Kind::string;
  if (c == 't' || c == 'f') return Kind::boolean;
  if (c == 'n') return Kind::null;
  if (c == '-' || is_digit(c)) return Kind::number;
  fail_unexpected("a value");
}

void JsonReader::expect_word(std::string_view word, std::string_view wanted) {
  skip_space();
  if (!text_.substr(at_).starts_with(word)) fail_unexpected(wanted);
  at_ += word.size();
}

void JsonReader::null() { expect_word("null", "null"); }

bool JsonReader::boolean() {
  skip_space();
  const bool value = text_.substr(at_).starts_with('t');
  expect_word(value ? "true" : "false", "true or false");
  return value;
}

void JsonReader::digits() {
  if (at_ >= text_.size() || !is_digit(text_[at_])) fail_unexpected("a digit");
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
}

JsonNumber JsonReader::number() {
  skip_space();
  const std::size_t begin = at_;
  const auto take = [&](char c) { return at_ < text_.size() && text_[at_] == c && ++at_; };
  take('-');
  if (!take('0')) digits();
  const std::size_t whole = at_;
  if (take('.')) digits();
  if (take('e') || take('E')) {
    if (!take('-')) take('+');
    digits();
  }
  const char* const from = text_.data() + begin;
  const char* const to = text_.data() + at_;
  std::int64_t integer = 0;
  if (at_ == whole && std::from_chars(from, to, integer).ec == std::errc{}) return integer;
  double value = 0;
  if (std::from_chars(from, to, value).ec == std::errc{}) return value;
  fail_at(name_, begin_ + begin, "the number is outside the range of a double");
}

std::int64_t JsonReader::integer() {
  skip_space();
  const std::size_t begin = at_;
  const JsonNumber value = number();
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  fail_at(name_, begin_ + begin, "expected an integer of at most 64 bits");
}

std::string JsonReader::string() {
  expect_word("\"", "a string");
  std::string out;
  for (;;) {
    if (at_ >= text_.size()) fail_unexpected("'\"' at the end of the string");
    const char c = text_[at_];
    if (c == '"') break;
    if (c == '\\') {
      escape(out);
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x20) fail_unexpected("a control character to be escaped");
    const std::size_t length = utf8_length(text_.substr(at_));
    if (length == 0) fail_unexpected("UTF-8");
    out.append(text_, at_, length);
    at_ += length;
  }
  ++at_;
  return out;
}

void JsonReader::escape(std::string& out) {
  constexpr std::string_view kEscapes = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  ++at_;
  const char c = at_ < text_.size() ? text_[at_] : '\0';
  if (c == 'u') return append_utf8(out, code_unit());
  const std::size_t which = kEscapes.find(c);
  if (which == std::string_view::npos) fail_unexpected("one of \"\\/bfnrtu after a backslash");
  out.push_back(kMeanings[which]);
  ++at_;
}

// At the 'u' of \uXXXX: the code point, of two such where the first is half of a surrogate pair.
std::uint32_t JsonReader::code_unit() {
  const auto four_digits = [&] {
    ++at_;
    std::uint32_t value = 0;
    const std::string_view hex = text_.substr(at_, 4);
    const auto [end, code] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
    if (code != std::errc{} || end != hex.data() + 4) fail_unexpected("four hexadecimal digits");
    at_ += 4;
    return value;
  };
  const std::uint32_t first = four_digits();
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || !text_.substr(at_).starts_with("\\u")) fail_unexpected("a whole surrogate pair");
  ++at_;
  const std::uint32_t second = four_digits();
  if (second < 0xDC00 || second > 0xDFFF) fail_unexpected("a whole surrogate pair");
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

void JsonReader::open(char bracket, std::string_view wanted) {
  expect_word({&bracket, 1}, wanted);
  if (++depth_ > kDeepest) fail_here("nested more than ", kDeepest, " deep");
}

bool JsonReader::closes(char bracket) {
  skip_space();
  if (at_ >= text_.size() || text_[at_] != bracket) return false;
  ++at_;
  --depth_;
  return true;
}

bool JsonReader::goes_on(char bracket) {
  if (closes(bracket)) return false;
  expect_word(",", bracket == '}' ? "',' or '}'" : "',' or ']'");
  return true;
}

std::string JsonReader::key() {
  skip_space();
  std::string key = string();
  expect_word(":", "':'");
  return key;
}

void JsonReader::skip() {
  switch (peek()) {
    case Kind::null:
      return null();
    case Kind::boolean:
      return static_cast<void>(boolean());
    case Kind::number:
      return static_cast<void>(number());
    case Kind::string:
      return static_cast<void>(string());
    case Kind::array:
      return array([&] { skip(); });
    case Kind::object:
      return object([&](const std::string&) { skip(); });
  }
}

void JsonReader::finish() {
  skip_space();
  if (at_ < text_.size()) fail_unexpected("the end of the text");
}

}  // namespace tenon
