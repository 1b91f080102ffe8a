#include "base/utf8.h"

#include <algorithm>

namespace tenon {

namespace {
struct Form {
  std::size_t length;
  unsigned char second_low, second_high;  // the bounds of the second byte
};

// The bounds shut out overlong forms (after E0, F0), surrogates (ED) and what lies beyond U+10FFFF (F4).
Form form_of(unsigned char first) {
  if (first < 0x80) return {1, 0, 0};
  if (first < 0xC2 || first > 0xF4) return {0, 0, 0};
  if (first < 0xE0) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first < 0xF0) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {4, 0x80, 0xBF};
}
}  // namespace

std::size_t utf8_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const Form form = form_of(byte(0));
  if (form.length <= 1) return form.length;
  if (form.length > text.size() || byte(1) < form.second_low || byte(1) > form.second_high) return 0;
  for (std::size_t i = 2; i < form.length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  return form.length;
}

bool is_utf8(std::string_view text) {
  while (const std::size_t length = utf8_length(text)) text.remove_prefix(length);
  return text.empty();
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto push = [&](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto follow = [&](int shift) { push(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) return push(code_point);
  if (code_point < 0x800)
    push(0xC0 | code_point >> 6);
  else if (code_point < 0x10000) {
    push(0xE0 | code_point >> 12);
    follow(6);
  } else {
    push(0xF0 | code_point >> 18);
    follow(12);
    follow(6);
  }
  follow(0);
}

}  // namespace tenon
