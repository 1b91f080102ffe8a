// Cases as programs: many in one, each on numbers of its own.
#pragma once

#include "conformance/case.h"

namespace tenon::conformance {

// A case with the element type of its open inputs.
struct Instance {
  const Case* test;
  DType dtype;
};
std::string to_string(const Instance& instance);

// Every case that is large or not, as asked, with every type that the op takes.
std::vector<Instance> instances_of(const std::vector<Case>& cases, bool large);

struct Program {
  Graph graph;
  std::vector<Tensor> inputs;  // in the order of the graph's
  std::vector<Bound> bounds;   // one an output, as the next two
  std::vector<Tensor> magnitudes;
  std::vector<std::string> labels;
};
std::unique_ptr<Program> write_program(const std::vector<Instance>& instances);

}  // namespace tenon::conformance
