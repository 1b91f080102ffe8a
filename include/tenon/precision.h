// Lower precision, where it was measured to be faster and to be harmless enough.
#pragma once

#include <functional>
#include <optional>

#include "tenon/engine.h"

namespace tenon {

struct PrecisionOptions {
  Precision precision = Precision::automatic;
  // Of the mean relative error of the outputs, or of the score where there is one. Not given, an automatic
  // choice keeps to 0.01 of the one and to 0.002 of the other, and bf16 to nothing.
  std::optional<double> max_drop = {};
  // Items that calls take: an engine is measured as it will be used.
  std::int64_t batch = 1;
  // How good all outputs of the samples are, by name; the more, the better.
  std::string metric = {};
  std::function<double(const NamedTensors& outputs)> score = {};
};

// The same engine with its convolutions and products in the precision that is asked for. An automatic choice
// measures each layer on the samples, whose inputs share their first axis: those are lowered that gain most
// for the error they make, while what all of them lose together stays within what may be. Without samples
// nothing is measured, and so nothing is lowered by choice.
//
// What was chosen is the engine's from then on, whatever shapes it is planned for, and is kept in its file.
// Fails where bf16 loses more than it may.
Engine with_precision(const Engine& engine, const NamedTensors& samples, const PrecisionOptions& options);

}  // namespace tenon
