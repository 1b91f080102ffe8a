#include "runtime/runner.h"

#include <chrono>

namespace tenon {

void Scratch::reserve(std::size_t bytes) {
  if (bytes <= bytes_ && memory_) return;
  memory_ = backend_->allocate(bytes);
  bytes_ = bytes;
}

Runner::Runner(std::shared_ptr<Backend> backend, std::shared_ptr<const Plan> plan, States& states,
               Scratch& scratch)
    : backend_(std::move(backend)), plan_(std::move(plan)), scratch_(scratch) {
  for (const Slot& slot : plan_->states) states_.push_back(states.ensure(slot.name, slot.type));
  const auto stream = backend_->make_stream({});
  for (const Tensor& constant : plan_->constants) {
    constants_.push_back(backend_->allocate(constant.bytes()));
    backend_->copy_in(*stream, constants_.back().get(), constant.raw(), constant.bytes());
  }
  backend_->synchronize(*stream);
  scratch_.reserve(plan_->scratch_bytes);
  bind();
}

void* Runner::resolve(const Place& place, std::span<void* const> inputs,
                      std::span<void* const> outputs) const {
  switch (place.kind) {
    case Place::Kind::scratch:
      return static_cast<std::byte*>(bound_scratch_) + place.offset;
    case Place::Kind::constant:
      return constants_[place.index].get();
    case Place::Kind::state:
      return states_[place.index];
    case Place::Kind::input:
      return inputs.empty() ? nullptr : inputs[place.index];
    default:
      return outputs.empty() ? nullptr : outputs[place.index];
  }
}

void Runner::bind() {
  bound_scratch_ = scratch_.address();
  addresses_.clear();
  calls_.clear();
  input_patches_.clear();
  output_patches_.clear();
  for (const PlannedStep& planned : plan_->steps) {
    calls_.push_back({planned.step.get(), static_cast<std::uint32_t>(addresses_.size())});
    for (const Place& place : planned.places) {
      const auto at = static_cast<std::uint32_t>(addresses_.size());
      if (place.kind == Place::Kind::input) input_patches_.push_back({at, place.index});
      if (place.kind == Place::Kind::output) output_patches_.push_back({at, place.index});
      addresses_.push_back(resolve(place, {}, {}));
    }
  }
}

void Runner::patch(std::span<void* const> inputs, std::span<void* const> outputs) {
  if (bound_scratch_ != scratch_.address()) bind();  // another plan of the run needed more
  for (const Patch& patch : input_patches_) addresses_[patch.at] = inputs[patch.index];
  for (const Patch& patch : output_patches_) addresses_[patch.at] = outputs[patch.index];
}

void Runner::finish(Stream& stream, std::span<void* const> inputs, std::span<void* const> outputs) {
  for (const PlannedCopy& copy : plan_->copies)
    backend_->copy(stream, resolve(copy.to, inputs, outputs), resolve(copy.from, inputs, outputs),
                   copy.bytes);
}

void Runner::run(Stream& stream, std::span<void* const> inputs, std::span<void* const> outputs) {
  patch(inputs, outputs);
  for (const Call& call : calls_) call.step->run(stream, addresses_.data() + call.first);
  finish(stream, inputs, outputs);
}

std::vector<StepTime> Runner::profile(Stream& stream, std::span<void* const> inputs,
                                      std::span<void* const> outputs) {
  using Clock = std::chrono::steady_clock;
  patch(inputs, outputs);
  std::vector<StepTime> times;
  for (std::uint32_t i = 0; i < calls_.size(); ++i) {
    const auto start = Clock::now();
    calls_[i].step->run(stream, addresses_.data() + calls_[i].first);
    backend_->synchronize(stream);
    times.push_back({i, std::chrono::duration<double, std::micro>(Clock::now() - start).count()});
  }
  finish(stream, inputs, outputs);
  backend_->synchronize(stream);
  return times;
}

}  // namespace tenon
