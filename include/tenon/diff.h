// Where two models that should be the same begin to differ.
#pragma once

#include <optional>

#include "tenon/engine.h"

namespace tenon {

struct Difference {
  std::string value;    // the first that differs, by its name in both
  std::string op;       // of the node that gives it
  OutputError error;    // of the second model's, beside the first's
  NamedTensors inputs;  // what the node read, as the first model computed it; none of a recording
  Tensor wanted;
  Tensor found;
  // It differs only while the values around it are not kept: the fusion of nodes, not one of them, is wrong.
  bool only_fused = false;
};

struct DiffOptions {
  double relative = 1e-3;  // of the largest magnitude in a value: what is further off differs
};

// Runs both on the same inputs and compares the values that have the same name and type in both, in the
// order of the first. Nothing where none differs.
std::optional<Difference> first_difference(const Engine& wanted, const Engine& found,
                                           const NamedTensors& inputs, const DiffOptions& options = {});
// The same beside values that were recorded.
std::optional<Difference> first_difference(const NamedTensors& recorded, const Engine& found,
                                           const NamedTensors& inputs, const DiffOptions& options = {});

}  // namespace tenon
