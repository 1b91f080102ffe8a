#pragma once

#include <string>
#include <string_view>

namespace tenon::recipe {

std::string quoted(std::string_view text);  // as a TOML text

}  // namespace tenon::recipe
