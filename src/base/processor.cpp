#include "base/processor.h"

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "base/files.h"

namespace tenon {

namespace {
bool is_used(const std::string& flag) {
  static const std::vector<std::string> kUsed = {
      "sse4_2",      "avx",         "avx2",        "fma",      "f16c",     "avx512f", "avx512bw", "avx512vl",
      "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_bf16", "amx_int8", "asimd",   "sve"};
  return std::ranges::find(kUsed, flag) != kUsed.end();
}

// What stands behind the colon of a line of /proc/cpuinfo.
std::string value_of(const std::string& line) {
  const std::size_t colon = line.find(": ");
  return colon == std::string::npos ? "" : line.substr(colon + 2);
}
}  // namespace

Processor processor() {
  Processor found;
  if (!std::filesystem::exists("/proc/cpuinfo")) return found;
  std::istringstream lines(read_text("/proc/cpuinfo"));
  for (std::string line; std::getline(lines, line) && !line.empty();) {
    if (line.starts_with("model name")) found.name = value_of(line);
    if (!line.starts_with("flags") && !line.starts_with("Features")) continue;
    std::istringstream flags(value_of(line));
    for (std::string flag; flags >> flag;)
      if (is_used(flag)) found.features.push_back(flag);
  }
  return found;
}

}  // namespace tenon
