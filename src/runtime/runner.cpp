#include "runtime/runner.h"

#include "runtime/control_runner.h"

namespace tenon {

// A phase, and the addresses that it is run on.
struct Runner::Phase {
  const tenon::Phase* planned;
  std::variant<PlanRunner, ControlRunner> work;
  std::vector<void*> inputs, outputs, own;
  std::size_t first_line;  // of those of the executable
  std::size_t lines;

  void bind(const Bindings& bindings, Addresses program_inputs, Addresses program_outputs);
  void run(Stream& stream, std::span<double> times);
};

namespace {
std::variant<PlanRunner, ControlRunner> make_work(const std::shared_ptr<Backend>& backend, const Work& work,
                                                  States& states, Scratch& scratch) {
  if (const auto* plan = std::get_if<Plan>(&work)) return PlanRunner(backend, *plan, states, scratch);
  return ControlRunner(backend, std::get<Control>(work), states, scratch);
}

void resolve(const std::vector<Place>& places, const Bindings& bindings, Addresses inputs, Addresses outputs,
             std::vector<void*>& addresses) {
  for (std::size_t i = 0; i < places.size(); ++i) addresses[i] = bindings.at(places[i], inputs, outputs);
}
}  // namespace

void Runner::Phase::bind(const Bindings& bindings, Addresses program_inputs, Addresses program_outputs) {
  resolve(planned->inputs, bindings, program_inputs, program_outputs, inputs);
  resolve(planned->outputs, bindings, program_inputs, program_outputs, outputs);
  resolve(planned->own, bindings, program_inputs, program_outputs, own);
}

void Runner::Phase::run(Stream& stream, std::span<double> times) {
  if (auto* control = std::get_if<ControlRunner>(&work))
    control->run(stream, {inputs, outputs, own}, times);
  else if (times.empty())
    std::get<PlanRunner>(work).run(stream, inputs, outputs);
  else
    std::get<PlanRunner>(work).profile(stream, inputs, outputs, times);
}

Runner::Runner(std::shared_ptr<Backend> backend, std::shared_ptr<const Executable> executable, States& states,
               Scratch& scratch)
    : executable_(std::move(executable)) {
  if (const Plan* plan = executable_->only_plan()) {
    only_plan_.emplace(std::move(backend), *plan, states, scratch);
    return;
  }
  bindings_.emplace(*backend, executable_->states, executable_->constants, states);
  crossing_ = backend->allocate(executable_->crossing_bytes);
  bindings_->arena = crossing_.get();
  std::size_t line = 0;
  for (const tenon::Phase& planned : executable_->phases) {
    const std::size_t lines = count_lines(planned.work);
    phases_.push_back({&planned, make_work(backend, planned.work, states, scratch),
                       std::vector<void*>(planned.inputs.size()), std::vector<void*>(planned.outputs.size()),
                       std::vector<void*>(planned.own.size()), line, lines});
    line += lines;
  }
}

Runner::Runner(Runner&&) noexcept = default;
Runner::~Runner() = default;

void Runner::run_phases(Stream& stream, Addresses inputs, Addresses outputs, std::span<double> times) {
  for (Phase& phase : phases_) {
    phase.bind(*bindings_, inputs, outputs);
    phase.run(stream, times.empty() ? times : times.subspan(phase.first_line, phase.lines));
  }
}

void Runner::profile(Stream& stream, Addresses inputs, Addresses outputs, std::span<double> times) {
  if (only_plan_)
    only_plan_->profile(stream, inputs, outputs, times);
  else
    run_phases(stream, inputs, outputs, times);
}

std::vector<double> Runner::profile(Stream& stream, Addresses inputs, Addresses outputs) {
  std::vector<double> times(list_steps(*executable_).size());
  profile(stream, inputs, outputs, times);
  return times;
}

}  // namespace tenon
