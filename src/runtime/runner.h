// Runs an executable: its plans, and the host control between them. A program without bodies is one plan, and
// costs what that plan costs. In the steady state a run allocates nothing and takes no lock.
#pragma once

#include <optional>

#include "plan/executable.h"
#include "runtime/plan_runner.h"

namespace tenon {

class ControlRunner;

class Runner {
 public:
  // States that the program names are made in `states` where they are missing. Scratch and states must
  // outlive it.
  Runner(std::shared_ptr<Backend> backend, std::shared_ptr<const Executable> executable, States& states,
         Scratch& scratch);
  Runner(Runner&&) noexcept;
  ~Runner();

  // Device addresses, in the program's order; they are read and written when the stream comes to them. It
  // waits for the stream where the host has to know a condition.
  void run(Stream& stream, Addresses inputs, Addresses outputs) {
    if (only_plan_)
      only_plan_->run(stream, inputs, outputs);
    else
      run_phases(stream, inputs, outputs, {});
  }

  // The same, step by step, waiting for each: microseconds, one for each line of `list_steps`.
  std::vector<double> profile(Stream& stream, Addresses inputs, Addresses outputs);
  // Adds to `times`.
  void profile(Stream& stream, Addresses inputs, Addresses outputs, std::span<double> times);

  const Executable& executable() const { return *executable_; }

 private:
  struct Phase;
  void run_phases(Stream& stream, Addresses inputs, Addresses outputs, std::span<double> times);

  std::shared_ptr<const Executable> executable_;
  std::optional<PlanRunner> only_plan_;  // of a program without bodies
  Memory crossing_;
  std::optional<Bindings> bindings_;  // of what stands between phases
  std::vector<Phase> phases_;
};

}  // namespace tenon
