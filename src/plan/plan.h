// A plan: a flat list of steps, each with the places of what it reads and writes, over arenas of known size.
// It is data; the runtime binds places to addresses and runs the steps.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"

namespace tenon {

struct Place {
  enum class Kind : std::uint8_t { scratch, constant, input, output, state };
  Kind kind = Kind::scratch;
  std::uint32_t index = 0;  // of the input, output, state or constant
  std::size_t offset = 0;   // of scratch: in its arena
  friend bool operator==(const Place&, const Place&) = default;
};

struct Slot {
  std::string name;
  Type type;
};

struct PlannedStep {
  std::unique_ptr<Step> step;
  std::vector<Place> places;  // inputs, results, and its own scratch where it has some
  std::string name;           // for messages, profiles and `inspect`
  std::uint32_t node = 0;     // in the lowered program
};

struct PlannedCopy {
  Place from;
  Place to;
  std::size_t bytes;
};

struct Plan {
  std::vector<Slot> inputs;
  std::vector<Slot> outputs;
  std::vector<Slot> states;
  std::vector<Tensor> constants;
  std::vector<PlannedStep> steps;
  std::vector<PlannedCopy> copies;  // after the steps, in order
  std::size_t scratch_bytes = 0;
  std::shared_ptr<const Graph> lowered;  // what it was made from, for `inspect`
};

// `steps` as Backend::compile returned them: one a node, null for leaves and views.
Plan make_plan(std::shared_ptr<const Graph> lowered, std::vector<std::unique_ptr<Step>> steps);

}  // namespace tenon
