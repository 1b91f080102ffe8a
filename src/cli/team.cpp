#include "cli/team.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "backend/backend.h"
#include "base/files.h"

namespace tenon::cli {

namespace {
// 0.2 ms where a turn takes 18 ns: longer than from one parallel loop of a step to the next, and much shorter
// than another program's turn on the processor.
constexpr const char* kSpins = "10000";

bool user_chose() {
  constexpr const char* kSettings[] = {"OMP_PROC_BIND", "OMP_PLACES", "OMP_WAIT_POLICY", "GOMP_CPU_AFFINITY",
                                       "GOMP_SPINCOUNT"};
  return std::ranges::any_of(kSettings, [](const char* name) { return std::getenv(name) != nullptr; });
}

bool uses_openmp(std::string_view backend) {
  return (backend.empty() || backend == "cpu") && find_backend("cpu") != nullptr;
}

// Returns only where that cannot be done; the program then goes on as it is.
void start_again() {
  std::error_code error;
  const std::string program = std::filesystem::read_symlink("/proc/self/exe", error);
  std::string line = error ? std::string() : read_text("/proc/self/cmdline");
  std::vector<char*> words;
  for (std::size_t at = 0; at < line.size(); at += std::strlen(line.data() + at) + 1)
    words.push_back(line.data() + at);
  if (words.empty()) return;
  words.push_back(nullptr);
  execv(program.c_str(), words.data());
}
}  // namespace

void settle_team(std::string_view backend, int threads) {
  const bool one_a_processor = threads == static_cast<int>(std::thread::hardware_concurrency());
  if (threads < 2 || !one_a_processor || user_chose() || !uses_openmp(backend)) return;
  setenv("OMP_PROC_BIND", "true", 0);
  setenv("GOMP_SPINCOUNT", kSpins, 0);
  start_again();
}

}  // namespace tenon::cli
