// Runs a plan: its places bound to addresses once, its steps run in order on a stream. In the steady state a
// run allocates nothing and takes no lock.
#pragma once

#include "runtime/bindings.h"
#include "runtime/scratch.h"

namespace tenon {

class PlanRunner {
 public:
  // States that the plan names are made in `states` where they are missing. The plan, scratch and states must
  // outlive it.
  PlanRunner(std::shared_ptr<Backend> backend, const Plan& plan, States& states, Scratch& scratch);

  // Device addresses, in the plan's order; they are read and written when the stream comes to them. What
  // stops the stream is looked at before each step.
  void run(Stream& stream, Addresses inputs, Addresses outputs);
  // The same, step by step, waiting for each; adds the microseconds of each step to `times`.
  void profile(Stream& stream, Addresses inputs, Addresses outputs, std::span<double> times);

 private:
  struct Patch {
    std::uint32_t at;     // in addresses_
    std::uint32_t index;  // of the input or output
  };
  struct Call {
    Step* step;
    std::uint32_t first;  // in addresses_
  };
  void bind();
  void patch(Addresses inputs, Addresses outputs);
  void run_stoppable(Stream& stream, Addresses inputs, Addresses outputs);
  void finish(Stream& stream, Addresses inputs, Addresses outputs);

  std::shared_ptr<Backend> backend_;
  const Plan& plan_;
  Scratch& scratch_;
  Bindings bindings_;
  std::vector<void*> addresses_;
  std::vector<Call> calls_;
  std::vector<Patch> input_patches_;
  std::vector<Patch> output_patches_;
};

}  // namespace tenon
