#include "train/batch_program.h"

#include <algorithm>

namespace tenon {

Session::Session(std::shared_ptr<Backend> chosen, const BackendOptions& options)
    : backend(std::move(chosen)), states(backend), scratch(backend), stream(backend->make_stream(options)) {
  compile.backend = options;
}

BatchProgram::BatchProgram(Session& session, Graph source, std::vector<NamedType> columns)
    : session_(session),
      source_(std::move(source)),
      columns_(std::move(columns)),
      feed_(session.backend, *session.stream) {}

BatchProgram::Compiled& BatchProgram::compiled_for(std::int64_t batch) {
  const auto known = compiled_.find(batch);
  return known != compiled_.end() ? known->second : compiled_.emplace(batch, compile(batch)).first->second;
}

BatchProgram::Compiled BatchProgram::compile(std::int64_t batch) {
  std::map<std::string, Type> types;
  for (const NamedType& column : columns_) {
    types.emplace(column.name, column.type);
    types[column.name].dims.at(0) = batch;
  }
  auto executable =
      std::make_shared<const Executable>(tenon::compile(source_, types, *session_.backend, session_.compile));
  Compiled made;
  for (const auto& output : executable->outputs) {
    made.outputs.push_back(session_.backend->allocate(output.type.bytes()));
    made.output_addresses.push_back(made.outputs.back().get());
  }
  made.runner =
      std::make_unique<Runner>(session_.backend, std::move(executable), session_.states, session_.scratch);
  return made;
}

HostInput BatchProgram::host_input(const Slot& slot, const NamedTensors& columns) const {
  if (slot.name == kRateInput) return {&numbers_.rate, sizeof numbers_.rate};
  if (slot.name == kStepInput) return {&numbers_.step, sizeof numbers_.step};
  if (slot.name == nn::kKeyInput) return {numbers_.key, sizeof numbers_.key};
  const Tensor* column = find(columns, slot.name);
  require(column != nullptr, "the batch has no column '", slot.name, "'");
  return {column->raw(), column->bytes()};
}

void BatchProgram::run(std::int64_t batch, const NamedTensors& columns, const StepNumbers& numbers) {
  Compiled& compiled = compiled_for(batch);
  numbers_ = numbers;
  staged_.clear();
  for (const Slot& slot : compiled.runner->executable().inputs) staged_.push_back(host_input(slot, columns));
  compiled.runner->run(*session_.stream, feed_.stage(staged_), compiled.output_addresses);
  feed_.launched();
  last_ = &compiled;
}

Tensor BatchProgram::output(std::size_t index) {
  const auto& slot = last_->runner->executable().outputs.at(index);
  Tensor value = Tensor::empty(slot.type.dtype, slot.type.shape());
  session_.backend->copy_out(*session_.stream, value.raw(), last_->output_addresses[index], value.bytes());
  session_.wait();
  return value;
}

std::vector<std::string> BatchProgram::state_names() const {
  std::vector<std::string> names;
  for (const auto& [batch, compiled] : compiled_)
    for (const auto& slot : compiled.runner->executable().states) names.push_back(slot.name);
  std::ranges::sort(names);
  names.erase(std::ranges::unique(names).begin(), names.end());
  return names;
}

}  // namespace tenon
