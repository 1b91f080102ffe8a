#include "runtime/control_runner.h"

#include <algorithm>

#include "runtime/stopwatch.h"

namespace tenon {

namespace {
constexpr std::size_t kLoopInputs = 2;  // the trip count and the condition

void* offset_by(void* base, std::size_t bytes) { return static_cast<std::byte*>(base) + bytes; }

// The addresses of one turn of a scan: carried ones as they are, then slices of the others.
void fill(std::vector<void*>& addresses, Addresses carried, Addresses bases,
          const std::vector<std::size_t>& strides, std::size_t slice) {
  std::copy(carried.begin(), carried.end(), addresses.begin());
  for (std::size_t i = carried.size(); i < addresses.size(); ++i)
    addresses[i] = offset_by(bases[i], strides[i] * slice);
}
}  // namespace

ControlRunner::ControlRunner(std::shared_ptr<Backend> backend, const Control& control, States& states,
                             Scratch& scratch)
    : backend_(std::move(backend)), control_(control) {
  std::size_t line = 1;
  for (const Executable& body : control_.bodies) {
    const std::size_t lines = 1 + count_lines(body);
    const std::shared_ptr<const Executable> unowned(std::shared_ptr<void>(), &body);
    bodies_.push_back({Runner(backend_, unowned, states, scratch), std::vector<void*>(body.inputs.size()),
                       std::vector<void*>(body.outputs.size()), line, lines});
    line += lines;
  }
}

void ControlRunner::run(Stream& stream, const ControlAddresses& at, std::span<double> times) {
  const Stopwatch watch;
  switch (control_.op) {
    case Op::if_else:
      run_if_else(stream, at, times);
      break;
    case Op::loop:
      run_loop(stream, at, times);
      break;
    default:
      run_scan(stream, at, times);
  }
  if (!times.empty()) times[0] += watch.microseconds();
}

void ControlRunner::run_if_else(Stream& stream, const ControlAddresses& at, std::span<double> times) {
  const std::size_t chosen = read<bool>(stream, at.inputs[0]) ? 0 : 1;
  std::copy(at.inputs.begin() + 1, at.inputs.end(), bodies_[chosen].inputs.begin());
  std::copy(at.results.begin(), at.results.end(), bodies_[chosen].outputs.begin());
  run_body(chosen, stream, times);
}

void ControlRunner::run_loop(Stream& stream, const ControlAddresses& at, std::span<double> times) {
  Body& body = bodies_[0];
  const std::size_t carried = control_.carried.size();
  const Addresses spare = at.own.subspan(kLoopMemory);
  Addresses held = at.inputs.subspan(kLoopInputs, carried);
  std::copy(at.inputs.begin() + 1, at.inputs.end(), body.inputs.begin());
  body.inputs[0] = at.own[kTurn];
  body.outputs[0] = at.own[kGoOn];
  const auto trips = read<std::int64_t>(stream, at.inputs[0]);
  bool go_on = read<bool>(stream, at.inputs[1]);
  for (std::int64_t turn = 0; turn < trips && go_on; ++turn) {
    const Addresses next = turn % 2 == 0 ? at.results : spare;
    std::copy(held.begin(), held.end(), body.inputs.begin() + 1);
    std::copy(next.begin(), next.end(), body.outputs.begin() + 1);
    backend_->copy_in(stream, at.own[kTurn], &turn, sizeof turn);
    run_body(0, stream, times);
    go_on = read<bool>(stream, at.own[kGoOn]);
    held = next;
  }
  if (held.data() != at.results.data()) copy_carried(stream, at.results, held);
}

void ControlRunner::run_scan(Stream& stream, const ControlAddresses& at, std::span<double> times) {
  Body& body = bodies_[0];
  const std::size_t carried = control_.carried.size();
  const auto turns = static_cast<std::size_t>(control_.turns);
  const Addresses results = at.results.first(carried);
  Addresses held = at.inputs.first(carried);
  for (std::size_t turn = 0; turn < turns; ++turn) {
    const std::size_t left = turns - 1 - turn;
    const std::size_t slice = control_.reverse ? left : turn;
    const Addresses next = left % 2 == 0 ? results : at.own;  // so that the last turn writes the results
    fill(body.inputs, held, at.inputs, control_.input_strides, slice);
    fill(body.outputs, next, at.results, control_.output_strides, slice);
    run_body(0, stream, times);
    held = next;
  }
  if (turns == 0) copy_carried(stream, results, held);
}

void ControlRunner::run_body(std::size_t index, Stream& stream, std::span<double> times) {
  Body& body = bodies_[index];
  if (times.empty()) return body.runner.run(stream, body.inputs, body.outputs);
  const std::span<double> lines = times.subspan(body.first_line, body.lines);
  const Stopwatch watch;
  body.runner.profile(stream, body.inputs, body.outputs, lines.subspan(1));
  lines[0] += watch.microseconds();
}

void ControlRunner::copy_carried(Stream& stream, Addresses to, Addresses from) {
  for (std::size_t i = 0; i < control_.carried.size(); ++i)
    backend_->copy(stream, to[i], from[i], control_.carried[i]);
}

template <class T>
T ControlRunner::read(Stream& stream, const void* address) {
  T value;
  backend_->copy_out(stream, &value, address, sizeof value);
  backend_->synchronize(stream);
  return value;
}

}  // namespace tenon
