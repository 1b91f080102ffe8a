// One side of a benchmark: a process that sets up a case and times it when it is asked to.
// The driver alternates between such processes, Tenon's and its peers', so that every one of them
// sees the same machine. bench/README.md has the protocol; this is its C++ end.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace tenon::bench {

// Runs the step of a case `count` times. The loop belongs to the case, so a step of some nanoseconds
// is not measured through an indirect call.
using Steps = std::function<void(std::int64_t count)>;

struct Case {
  std::string name;
  std::function<Steps(int threads)> setup;
  // A step that means something only the first time in a process: neither warmed up nor repeated.
  bool once = false;
  // What is asked for is not its time, but the most memory that the process held, to the end of the step.
  bool memory = false;
};

template <class Step>
Steps repeated(Step step) {
  return [step = std::move(step)](std::int64_t count) mutable {
    for (std::int64_t i = 0; i < count; ++i) step();
  };
}

// Answers the driver on stdin and stdout until it quits; returns main's exit status. What the case or
// its library prints goes to stderr. `version` names the contender: "LibTorch 2.15.0".
int serve(std::string_view version, std::span<const Case> cases);

}  // namespace tenon::bench
