// Runs a program once and says what it cost, from its start to its end:
//   bench_process PROGRAM [ARGUMENT]...   →   {"seconds": 0.0031, "cpu_seconds": 0.003, "peak_bytes":
//   9500000}
// The kernel counts a process's peak memory from the one that started it, so the driver, which is larger than
// what it measures, does not start it itself.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <chrono>
#include <cstdio>
#include <cstring>

namespace {
double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

int complain(const char* program, const char* what) {
  std::fprintf(stderr, "%s: %s\n", program, what);
  return 1;
}

// What it prints goes nowhere; what it complains of, to our standard error.
int start(char** words, pid_t& child) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  const int error = posix_spawn(&child, words[0], &actions, nullptr, words, environ);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}
}  // namespace

int main(int count, char** words) {
  using Clock = std::chrono::steady_clock;
  if (count < 2) return complain(words[0], "which program?");
  const auto begin = Clock::now();
  pid_t child = 0;
  if (const int error = start(words + 1, child)) return complain(words[1], std::strerror(error));
  int status = 0;
  rusage used{};
  if (wait4(child, &status, 0, &used) != child) return complain(words[1], "it cannot be waited for");
  const double wall = std::chrono::duration<double>(Clock::now() - begin).count();
  if (status != 0) return complain(words[1], "it failed");
  std::printf(R"({"seconds": %.6f, "cpu_seconds": %.6f, "peak_bytes": %ld})"
              "\n",
              wall, seconds(used.ru_utime) + seconds(used.ru_stime), used.ru_maxrss * 1024);
}
