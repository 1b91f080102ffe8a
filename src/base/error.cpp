#include "tenon/error.h"

#include <array>
#include <charconv>

namespace tenon::detail {

namespace {
template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 40> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), end);
}
}  // namespace

void append(std::string& out, std::string_view text) { out.append(text); }
void append(std::string& out, double number) { append_number(out, number); }
void append(std::string& out, long long number) { append_number(out, number); }
void append(std::string& out, unsigned long long number) { append_number(out, number); }

}  // namespace tenon::detail
