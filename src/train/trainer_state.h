// What a Trainer holds, for the parts of training that work on it.
#pragma once

#include <memory>
#include <optional>

#include "tenon/train.h"
#include "train/batch_program.h"
#include "train/run_folder.h"

namespace tenon {

struct TrainerState {
  TrainerState(nn::Module model, Optimizer optimizer, Loss loss, TrainerOptions options);

  // Makes the programs and the model's first states, once; later data must look the same.
  void prepare(const Dataset& like);
  void require_prepared() const {
    require(inference != nullptr, "the trainer has seen no data yet: call prepare");
  }
  BatchProgram& training_step();
  Score evaluate(const Dataset& data, std::int64_t batch);
  NamedTensors predict(const NamedTensors& inputs, std::int64_t batch);

  void set_states(const NamedTensors& tensors);
  NamedTensors get_states(std::span<const std::string> names);
  std::vector<std::string> weight_names() const;
  Score read_score(std::string_view prefix);

  Optimizer optimizer;
  TrainerOptions options;
  ModelParts parts;  // its types are known once there is an inference program
  Session session;
  std::shared_ptr<const Graph> inference;
  std::vector<nn::Slot> slots;
  std::vector<std::string> class_names;
  Position position;

 private:
  void check_columns(const Dataset& data) const;
  void initialise();

  std::unique_ptr<BatchProgram> step_;
  std::unique_ptr<BatchProgram> evaluation_;
  std::unique_ptr<BatchProgram> prediction_;
};

std::vector<NamedType> column_types(const Dataset& data, std::span<const std::string> names);

}  // namespace tenon
