// The programs made of one model: the training step, its evaluation, and inference.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nn/optimise.h"
#include "tenon/loss.h"
#include "tenon/nn.h"

namespace tenon {

struct NamedType {
  std::string name;
  Type type;
};

// What programs are written from. Types are those of raw items, the batch their first axis.
struct ModelParts {
  nn::Module model;
  Loss loss;
  std::vector<Metric> metrics;
  nn::Preparation preparation;
  std::vector<NamedType> inputs;
  std::vector<NamedType> targets;
};

// Inputs of a training step beside the columns and nn::kKeyInput: the learning rate, f32, and how many steps
// were done before, i64.
inline constexpr std::string_view kRateInput = "lr";
inline constexpr std::string_view kStepInput = "step";

// States that add up what an epoch or an evaluation reports: <prefix> then loss, items or a metric's name.
// Those of training also hold `bad_step`, the first step that was not finite or -1, and `bad_steps`, how
// many.
inline constexpr std::string_view kRunPrefix = "run.";
inline constexpr std::string_view kEvalPrefix = "eval.";
inline constexpr std::string_view kOptimPrefix = "optim.";

// The states of a tally, all of them to be set before it begins.
NamedTensors empty_tally(std::string_view prefix, std::span<const Metric> metrics);

struct InferenceProgram {
  Graph graph;                  // outputs "output", or "output.0", … where there are several
  std::vector<nn::Slot> slots;  // the model's states
};
InferenceProgram inference_program(const ModelParts& parts);

Graph evaluation_program(const ModelParts& parts);  // updates its tally alone

// Outputs "loss" and "finite".
Graph training_step(const ModelParts& parts, const Optimizer& optimizer, const optim::Clip& clip,
                    OnNan on_nan);

// The metrics that suit the model and its targets where a user names none.
std::vector<Metric> usual_metrics(const ModelParts& parts);

}  // namespace tenon
