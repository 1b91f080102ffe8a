// Where the time of a case goes: its steps, each with its own least time, what runs it, and the sum.
//   bench_profile CASE [THREADS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "tenon/optim.h"
#include "training.h"

namespace {
using namespace tenon;
using namespace tenon::bench;

TrainingStep step_of(const std::string& name, int threads) {
  if (name == "train-mlp") return {classifier({784, 256, 128, 10}), optim::Adam{}, 64, threads};
  if (name == "train-tiny") return {classifier({10, 16, 10}), optim::Sgd{}, 32, threads};
  if (name == "train-keras-cnn") return {keras_cnn(), optim::Adam{}, 64, threads};
  fail("there is no case '", name, "'; there are train-mlp, train-tiny and train-keras-cnn");
}

void profile(const std::string& name, int threads) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kTime = std::chrono::seconds(3);
  TrainingStep step = step_of(name, threads);
  const Executable& executable = step.runner().executable();
  const std::vector<StepLine> lines = list_steps(executable);
  std::vector<double> least(lines.size(), 1e30);
  double whole = 1e30;
  for (const auto begin = Clock::now(); Clock::now() - begin < kTime;) {
    const std::vector<double> times = step.profile();
    for (std::size_t i = 0; i < times.size(); ++i) least[i] = std::min(least[i], times[i]);
    const auto start = Clock::now();
    for (int i = 0; i < 10; ++i) step.run();
    whole = std::min(whole, std::chrono::duration<double, std::micro>(Clock::now() - start).count() / 10);
  }
  double sum = 0;
  for (std::size_t i = 0; i < least.size(); ++i) {
    if (lines[i].depth == 0) sum += least[i];
    std::printf("%10.2f us  %*s%-28s %s\n", least[i], 2 * lines[i].depth, "", lines[i].name.c_str(),
                lines[i].ran_as.c_str());
  }
  std::printf("%10.2f us  sum of steps\n%10.2f us  whole, %zu bytes of scratch\n", sum, whole,
              scratch_bytes(executable) + crossing_bytes(executable));
}
}  // namespace

int main(int argc, char** argv) {
  try {
    profile(argc > 1 ? argv[1] : "train-mlp", argc > 2 ? std::stoi(argv[2]) : 1);
  } catch (const tenon::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
