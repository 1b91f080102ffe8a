#include "data/find_file.h"

#include <filesystem>
#include <sstream>

#include "base/files.h"

namespace tenon::data {

namespace fs = std::filesystem;

bool has_plain_or_gzip(const std::string& folder, const std::string& name) {
  const std::string plain = folder + "/" + name;
  return fs::exists(plain) || fs::exists(plain + ".gz");
}

std::string plain_or_gzip(const std::string& folder, const std::string& name) {
  std::string plain = folder + "/" + name;
  if (fs::exists(plain)) return plain;
  require(has_plain_or_gzip(folder, name), "neither '", plain, "' nor '", plain, ".gz' is there");
  return plain + ".gz";
}

std::vector<std::string> names_in(const std::string& path) {
  if (!fs::exists(path)) return {};
  std::istringstream text(read_text(path));
  std::vector<std::string> names;
  for (std::string line; std::getline(text, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) names.push_back(line);
  }
  return names;
}

}  // namespace tenon::data
