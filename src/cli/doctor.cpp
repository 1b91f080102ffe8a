#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "backend/backend.h"
#include "base/processor.h"
#include "cli/commands.h"
#include "cli/output.h"

namespace tenon::cli {

namespace fs = std::filesystem;

namespace {
std::size_t memory_bytes() {
  return static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::size_t>(::sysconf(_SC_PAGE_SIZE));
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

// Where compiled code is kept; empty where it is not.
std::string cache_folder() {
  if (environment("TENON_CACHE") == "off") return {};
  if (const std::string chosen = environment("TENON_CACHE_DIR"); !chosen.empty()) return chosen;
  if (const std::string chosen = environment("XDG_CACHE_HOME"); !chosen.empty()) return chosen + "/tenon";
  const std::string home = environment("HOME");
  return home.empty() ? "" : home + "/.cache/tenon";
}

struct Found {
  std::string name;
  std::string description;
};

std::vector<Found> backends() {
  std::vector<Found> found;
  for (const std::string& name : backend_names())
    found.push_back({name, find_backend(name)->device().description});
  return found;
}

std::vector<std::string> advice(const Processor& found, const std::vector<Found>& there) {
  std::vector<std::string> lines;
  const auto has = [&](const char* feature) {
    return std::ranges::find(found.features, feature) != found.features.end();
  };
  if (std::ranges::find(there, "cpu", &Found::name) == there.end())
    lines.emplace_back(
        "this program has only the reference backend, which is slow: build with "
        "-DTENON_ONEDNN=ON -DTENON_LLVM=ON");
  if (!has("avx2") && !has("asimd"))
    lines.emplace_back("the processor has no AVX2: everything runs several times slower");
  if (cache_folder().empty())
    lines.emplace_back("compiled code is not kept: set HOME or TENON_CACHE_DIR, unless that is meant");
  return lines;
}
}  // namespace

int execute(const DoctorArguments& arguments) {
  const Processor found = processor();
  const std::vector<Found> there = backends();
  const std::vector<std::string> lines = advice(found, there);
  const auto threads = static_cast<std::int64_t>(std::thread::hardware_concurrency());
  if (arguments.json) {
    Json::Object named;
    for (const auto& [name, description] : there) named.emplace_back(name, description);
    print_json(Json::Object{{"version", kVersion},
                            {"processor", found.name},
                            {"features", Json::Array(found.features.begin(), found.features.end())},
                            {"threads", threads},
                            {"memory", memory_bytes()},
                            {"backends", std::move(named)},
                            {"cache", cache_folder()},
                            {"advice", Json::Array(lines.begin(), lines.end())}});
    return kDone;
  }
  std::vector<Row> rows{{"tenon", std::string(kVersion)},
                        {"processor", found.name},
                        {"features", cat(found.features)},
                        {"threads", cat(threads)},
                        {"memory", in_bytes(memory_bytes())}};
  for (const auto& [name, description] : there) rows.push_back({"backend " + name, description});
  rows.push_back({"cache", cache_folder().empty() ? "off" : cache_folder()});
  for (const std::string& line : lines) rows.push_back({"advice", line});
  print(list(rows));
  return kDone;
}

}  // namespace tenon::cli
