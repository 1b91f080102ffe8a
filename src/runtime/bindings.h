// Where the places of a plan or an executable lie: its states and constants for good, its arena for as long
// as nobody moves it, inputs and outputs for one run.
#pragma once

#include <span>
#include <vector>

#include "plan/plan.h"
#include "runtime/states.h"

namespace tenon {

using Addresses = std::span<void* const>;

class Bindings {
 public:
  // States are made where they are missing; constants are copied to the device.
  Bindings(Backend& backend, const std::vector<Slot>& states, const std::vector<Tensor>& constants,
           States& held);

  void* arena = nullptr;

  // Null for an input or output of a run that is not there yet.
  void* at(const Place& place, Addresses inputs, Addresses outputs) const {
    switch (place.kind) {
      case Place::Kind::scratch:
        return static_cast<std::byte*>(arena) + place.offset;
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

 private:
  std::vector<void*> states_;
  std::vector<Memory> constants_;
};

}  // namespace tenon
