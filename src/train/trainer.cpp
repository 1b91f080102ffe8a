#include "train/fit.h"
#include "train/trainer_state.h"

namespace tenon {

Trainer::Trainer(nn::Module model, Optimizer optimizer, Loss loss, TrainerOptions options)
    : state_(std::make_unique<TrainerState>(std::move(model), std::move(optimizer), std::move(loss),
                                            std::move(options))) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

FitReport Trainer::fit(const Dataset& data, const FitOptions& options) {
  return tenon::fit(*state_, data, options);
}

Score Trainer::evaluate(const Dataset& data, std::int64_t batch) { return state_->evaluate(data, batch); }

Tensor Trainer::predict(const Tensor& items, std::int64_t batch) {
  const NamedTensors outputs = state_->predict({{state_->options.inputs.at(0), items}}, batch);
  require(!outputs.empty(), "there are no items to predict");
  return outputs[0].second;
}

NamedTensors Trainer::predict(const NamedTensors& inputs, std::int64_t batch) {
  return state_->predict(inputs, batch);
}

void Trainer::prepare(const Dataset& like) { state_->prepare(like); }

void Trainer::load_weights(const NamedTensors& weights) {
  state_->require_prepared();
  NamedTensors chosen;
  for (const nn::Slot& slot : state_->slots) {
    const Tensor* tensor = find(weights, slot.name);
    require(tensor != nullptr, "there are no weights for '", slot.name, "'");
    require(Type::of(*tensor) == slot.type, "the weights for '", slot.name, "' are ", Type::of(*tensor),
            " and the model has ", slot.type);
    chosen.emplace_back(slot.name, *tensor);
  }
  state_->set_states(chosen);
}

NamedTensors Trainer::weights() const {
  state_->require_prepared();
  return state_->get_states(state_->weight_names());
}

TrainedModel Trainer::model() const { return {state_->inference, weights(), state_->class_names}; }

const std::vector<nn::Slot>& Trainer::slots() const {
  state_->require_prepared();
  return state_->slots;
}

}  // namespace tenon
