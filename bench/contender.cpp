#include "contender.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace tenon::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSampleMicroseconds = 60e3;
constexpr double kWarmUpMicroseconds = 300e3;

double microseconds(const Steps& steps, std::int64_t count) {
  auto start = Clock::now();
  steps(count);
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

// Doubles the count until a batch fills a tenth of the warm-up, so that caches, clock and thread pools
// have settled and the last batch tells how many steps a sample needs.
std::int64_t warm_up(const Steps& steps) {
  std::int64_t count = 1;
  for (double spent = 0;;) {
    double took = microseconds(steps, count);
    spent += took;
    if (spent >= kWarmUpMicroseconds) {
      return std::max<std::int64_t>(1, static_cast<std::int64_t>(kSampleMicroseconds * count / took));
    }
    if (took < kWarmUpMicroseconds / 10) count *= 2;
  }
}

struct Prepared {
  Steps steps;
  std::int64_t count = 1;
  bool once = false;
  bool memory = false;
};

const Case& find(std::span<const Case> cases, const std::string& name) {
  auto found = std::find_if(cases.begin(), cases.end(), [&](const Case& c) { return c.name == name; });
  if (found == cases.end()) throw std::invalid_argument("no case " + name);
  return *found;
}

Prepared prepare(std::span<const Case> cases, const std::string& name, int threads) {
  const Case& wanted = find(cases, name);
  Steps steps = wanted.setup(threads);
  std::int64_t count = wanted.once || wanted.memory ? 1 : warm_up(steps);
  return {std::move(steps), count, wanted.once, wanted.memory};
}

// Since the program was started; what came before in the same process, a shell for instance, does not count.
double peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (double kilobytes = 0; word == "VmHWM:" && status >> kilobytes) return 1024 * kilobytes;
  throw std::runtime_error("the system does not say how much memory a process held");
}

// The contender was stopped while the others ran: a few steps bring its data back into the caches.
double sample(const Prepared& prepared) {
  if (prepared.memory) {
    prepared.steps(1);
    return peak_bytes();
  }
  if (!prepared.once) prepared.steps(std::max<std::int64_t>(1, prepared.count / 10));
  return microseconds(prepared.steps, prepared.count) / static_cast<double>(prepared.count);
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

class Server {
 public:
  Server(std::string_view version, std::span<const Case> cases) : version_(version), cases_(cases) {}

  std::string answer(const std::string& line) try {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "version") return version_;
    if (command == "setup") return setup(words);
    if (command == "run") return run();
    throw std::invalid_argument("unknown command '" + line + "'");
  } catch (const std::exception& error) {
    return "absent " + one_line(error.what());
  }

 private:
  std::string setup(std::istringstream& words) {
    std::string name;
    int threads = 0;
    if (!(words >> name >> threads) || threads < 1) throw std::invalid_argument("want: setup CASE THREADS");
    prepared_ = prepare(cases_, name, threads);
    return "ready";
  }

  std::string run() {
    if (!prepared_) throw std::logic_error("run before setup");
    std::ostringstream text;
    text.precision(9);
    text << sample(*prepared_);
    return text.str();
  }

  std::string version_;
  std::span<const Case> cases_;
  std::optional<Prepared> prepared_;
};

}  // namespace

int serve(std::string_view version, std::span<const Case> cases) {
  std::FILE* replies = fdopen(dup(STDOUT_FILENO), "w");
  dup2(STDERR_FILENO, STDOUT_FILENO);
  Server server(version, cases);
  for (std::string line; std::getline(std::cin, line) && line != "quit";) {
    std::fprintf(replies, "%s\n", server.answer(line).c_str());
    std::fflush(replies);
  }
  return std::fclose(replies) == 0 ? 0 : 1;
}

}  // namespace tenon::bench
