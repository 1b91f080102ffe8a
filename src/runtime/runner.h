// Runs a plan: its places bound to addresses once, its steps run in order on a stream. In the steady state a
// run allocates nothing and takes no lock.
#pragma once

#include <span>
#include <vector>

#include "plan/plan.h"
#include "runtime/states.h"

namespace tenon {

// Scratch memory that all plans of a run share: one runs at a time.
class Scratch {
 public:
  explicit Scratch(std::shared_ptr<Backend> backend) : backend_(std::move(backend)) {}
  void reserve(std::size_t bytes);
  void* address() const { return memory_.get(); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::shared_ptr<Backend> backend_;
  Memory memory_;
  std::size_t bytes_ = 0;
};

// What a step cost, as a profiled run measured it.
struct StepTime {
  std::uint32_t step;
  double microseconds;
};

class Runner {
 public:
  // States that the plan names are made in `states` where they are missing. Scratch and states must outlive
  // it.
  Runner(std::shared_ptr<Backend> backend, std::shared_ptr<const Plan> plan, States& states,
         Scratch& scratch);

  // Device addresses, in the plan's order; they are read and written when the stream comes to them.
  void run(Stream& stream, std::span<void* const> inputs, std::span<void* const> outputs);
  // The same, step by step, waiting for each.
  std::vector<StepTime> profile(Stream& stream, std::span<void* const> inputs,
                                std::span<void* const> outputs);

  const Plan& plan() const { return *plan_; }

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
  void patch(std::span<void* const> inputs, std::span<void* const> outputs);
  void finish(Stream& stream, std::span<void* const> inputs, std::span<void* const> outputs);
  void* resolve(const Place& place, std::span<void* const> inputs, std::span<void* const> outputs) const;

  std::shared_ptr<Backend> backend_;
  std::shared_ptr<const Plan> plan_;
  Scratch& scratch_;
  void* bound_scratch_ = nullptr;
  std::vector<void*> states_;
  std::vector<Memory> constants_;
  std::vector<void*> addresses_;
  std::vector<Call> calls_;
  std::vector<Patch> input_patches_;
  std::vector<Patch> output_patches_;
};

}  // namespace tenon
