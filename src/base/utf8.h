// UTF-8, as text from outside must be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tenon {

// The length of the character that `text` begins with: 1 to 4, or 0 where it is not well-formed.
std::size_t utf8_length(std::string_view text);
bool is_utf8(std::string_view text);
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace tenon
