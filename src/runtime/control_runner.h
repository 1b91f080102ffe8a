// The host's part in if_else, loop and scan: it runs bodies on addresses. Slices are read and written where
// they lie in the stacked tensors, and carried values change places from turn to turn, so nothing is copied.
#pragma once

#include "runtime/runner.h"

namespace tenon {

// Of a node: its inputs, its results, and the memory that its control has of its own.
struct ControlAddresses {
  Addresses inputs;
  Addresses results;
  Addresses own;
};

class ControlRunner {
 public:
  // The control must outlive it, as states and scratch must.
  ControlRunner(std::shared_ptr<Backend> backend, const Control& control, States& states, Scratch& scratch);

  // Adds to `times`, one for each line of `list_steps`, unless it is empty.
  void run(Stream& stream, const ControlAddresses& at, std::span<double> times);

 private:
  struct Body {
    Runner runner;
    std::vector<void*> inputs;
    std::vector<void*> outputs;
    std::size_t first_line;  // of those of the control
    std::size_t lines;
  };
  void run_if_else(Stream& stream, const ControlAddresses& at, std::span<double> times);
  void run_loop(Stream& stream, const ControlAddresses& at, std::span<double> times);
  void run_scan(Stream& stream, const ControlAddresses& at, std::span<double> times);
  void run_body(std::size_t index, Stream& stream, std::span<double> times);
  void copy_carried(Stream& stream, Addresses to, Addresses from);
  template <class T>
  T read(Stream& stream, const void* address);

  std::shared_ptr<Backend> backend_;
  const Control& control_;
  std::vector<Body> bodies_;
};

}  // namespace tenon
