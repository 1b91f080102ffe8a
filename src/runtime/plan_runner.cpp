#include "runtime/plan_runner.h"

#include "runtime/stopwatch.h"

namespace tenon {

PlanRunner::PlanRunner(std::shared_ptr<Backend> backend, const Plan& plan, States& states, Scratch& scratch)
    : backend_(std::move(backend)),
      plan_(plan),
      scratch_(scratch),
      bindings_(*backend_, plan.states, plan.constants, states) {
  scratch_.reserve(plan_.scratch_bytes);
  bind();
}

void PlanRunner::bind() {
  bindings_.arena = scratch_.address();
  addresses_.clear();
  calls_.clear();
  input_patches_.clear();
  output_patches_.clear();
  for (const PlannedStep& planned : plan_.steps) {
    calls_.push_back({planned.step.get(), static_cast<std::uint32_t>(addresses_.size())});
    for (const Place& place : planned.places) {
      const auto at = static_cast<std::uint32_t>(addresses_.size());
      if (place.kind == Place::Kind::input) input_patches_.push_back({at, place.index});
      if (place.kind == Place::Kind::output) output_patches_.push_back({at, place.index});
      addresses_.push_back(bindings_.at(place, {}, {}));
    }
  }
}

void PlanRunner::patch(Addresses inputs, Addresses outputs) {
  if (bindings_.arena != scratch_.address()) bind();  // another plan of the run needed more
  for (const Patch& patch : input_patches_) addresses_[patch.at] = inputs[patch.index];
  for (const Patch& patch : output_patches_) addresses_[patch.at] = outputs[patch.index];
}

void PlanRunner::finish(Stream& stream, Addresses inputs, Addresses outputs) {
  for (const PlannedCopy& copy : plan_.copies)
    backend_->copy(stream, bindings_.at(copy.to, inputs, outputs), bindings_.at(copy.from, inputs, outputs),
                   copy.bytes);
}

void PlanRunner::run(Stream& stream, Addresses inputs, Addresses outputs) {
  patch(inputs, outputs);
  if (stream.stop.is_set()) [[unlikely]]
    return run_stoppable(stream, inputs, outputs);
  for (const Call& call : calls_) call.step->run(stream, addresses_.data() + call.first);
  finish(stream, inputs, outputs);
}

void PlanRunner::run_stoppable(Stream& stream, Addresses inputs, Addresses outputs) {
  for (const Call& call : calls_) {
    stream.stop.check();
    call.step->run(stream, addresses_.data() + call.first);
  }
  finish(stream, inputs, outputs);
}

void PlanRunner::profile(Stream& stream, Addresses inputs, Addresses outputs, std::span<double> times) {
  patch(inputs, outputs);
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    const Stopwatch watch;
    calls_[i].step->run(stream, addresses_.data() + calls_[i].first);
    backend_->synchronize(stream);
    times[i] += watch.microseconds();
  }
  finish(stream, inputs, outputs);
  backend_->synchronize(stream);
}

}  // namespace tenon
