// A recipe as TOML.
#include "recipe/quoted.h"
#include "recipe/toml_writer.h"

namespace tenon::recipe {

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += {'\\', c};
    else if (code < 0x20 || code == 0x7f)
      out += {'\\', 'u', '0', '0', kDigits[code >> 4], kDigits[code & 15]};
    else
      out += c;
  }
  return out + "\"";
}

std::string to_toml(const Recipe& recipe) {
  Recipe copy = recipe;  // the list of fields is of members that may be written
  return cat("seed = ", copy.seed, "\n") + section("data", copy.data) + section("model", copy.model) +
         section("train", copy.train);
}

}  // namespace tenon::recipe
