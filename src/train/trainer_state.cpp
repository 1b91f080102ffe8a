#include "train/trainer_state.h"

#include <algorithm>
#include <cstring>

namespace tenon {

namespace {
std::shared_ptr<Backend> choose_backend(const std::string& name) {
  if (!name.empty()) {
    auto backend = find_backend(name);
    require(backend != nullptr, "there is no backend '", name, "' here; there are ", backend_names());
    return backend;
  }
  for (const char* const usual : {"cpu", "reference"})
    if (auto backend = find_backend(usual)) return backend;
  fail("no backend is registered to train on");
}

Dim batch_dim() { return "N"; }

bool same_items(const Type& a, const Type& b) {
  return a.dtype == b.dtype && std::equal(a.dims.begin() + 1, a.dims.end(), b.dims.begin() + 1, b.dims.end());
}

void check_columns_of(const Dataset& data, const std::vector<NamedType>& columns) {
  for (const NamedType& column : columns) {
    const Type given = Type::of(data.column(column.name));
    require(same_items(given, column.type), "column '", column.name, "' is ", given,
            " and the model was made for ", column.type);
  }
}

void copy_rows(const Tensor& from, const Tensor& to, std::int64_t first_row) {
  if (from.bytes() == 0) return;
  const Tensor rows = to.rows(first_row, first_row + from.dim(0));
  std::memcpy(rows.raw(), from.raw(), from.bytes());
}

Loader in_order(const Dataset& data, std::int64_t batch) {
  return Loader(data, {.batch = batch, .shuffle = false});
}
}  // namespace

std::vector<NamedType> column_types(const Dataset& data, std::span<const std::string> names) {
  std::vector<NamedType> columns;
  for (const std::string& name : names) {
    Type type = Type::of(data.column(name));
    type.dims.at(0) = batch_dim();
    columns.push_back({name, std::move(type)});
  }
  return columns;
}

TrainerState::TrainerState(nn::Module model, Optimizer chosen, Loss loss, TrainerOptions chosen_options)
    : optimizer(std::move(chosen)),
      options(std::move(chosen_options)),
      parts{std::move(model), std::move(loss), options.metrics, options.preparation, {}, {}},
      session(choose_backend(options.backend), {.threads = options.threads, .cache = options.cache}) {
  require(!options.inputs.empty(), "a model needs at least one input column");
}

void TrainerState::prepare(const Dataset& like) {
  if (inference) return check_columns(like);
  parts.inputs = column_types(like, options.inputs);
  parts.targets = column_types(like, options.targets);
  if (parts.metrics.empty()) parts.metrics = usual_metrics(parts);
  class_names = options.class_names.empty() ? like.class_names() : options.class_names;
  InferenceProgram program = inference_program(parts);
  slots = std::move(program.slots);
  inference = std::make_shared<const Graph>(std::move(program.graph));
  initialise();
}

void TrainerState::initialise() {
  for (const nn::Slot& slot : slots) {
    const Tensor value = slot.init({slot.type, slot.name, options.seed});
    require(Type::of(value) == slot.type, "the initialiser of '", slot.name, "' made ", Type::of(value),
            ", not ", slot.type);
    session.states.set(slot.name, value);
  }
}

void TrainerState::check_columns(const Dataset& data) const {
  check_columns_of(data, parts.inputs);
  check_columns_of(data, parts.targets);
}

BatchProgram& TrainerState::training_step() {
  if (!step_) {
    std::vector<NamedType> columns = parts.inputs;
    columns.insert(columns.end(), parts.targets.begin(), parts.targets.end());
    Graph graph = tenon::training_step(parts, optimizer, options.clip, options.on_nan);
    step_ = std::make_unique<BatchProgram>(session, std::move(graph), std::move(columns));
  }
  return *step_;
}

Score TrainerState::evaluate(const Dataset& data, std::int64_t batch) {
  prepare(data);
  if (!evaluation_) {
    std::vector<NamedType> columns = parts.inputs;
    columns.insert(columns.end(), parts.targets.begin(), parts.targets.end());
    evaluation_ = std::make_unique<BatchProgram>(session, evaluation_program(parts), std::move(columns));
  }
  set_states(empty_tally(kEvalPrefix, parts.metrics));
  Loader loader = in_order(data, batch);
  while (const Batch* next = loader.next()) evaluation_->run(next->size, next->columns);
  return read_score(kEvalPrefix);
}

NamedTensors TrainerState::predict(const NamedTensors& inputs, std::int64_t batch) {
  require_prepared();
  const Dataset data(inputs);
  check_columns_of(data, parts.inputs);
  if (!prediction_) prediction_ = std::make_unique<BatchProgram>(session, inference->clone(), parts.inputs);
  NamedTensors results;
  std::int64_t done = 0;
  Loader loader = in_order(data, batch);
  while (const Batch* next = loader.next()) {
    prediction_->run(next->size, next->columns);
    for (std::size_t i = 0; i < inference->outputs().size(); ++i) {
      const Tensor part = prediction_->output(i);
      const std::string& name = inference->outputs()[i].name;
      require(part.rank() >= 1 && part.dim(0) == next->size, "output '", name,
              "' has no row for each item: ", Type::of(part));
      if (done == 0) {
        Shape shape = part.shape();
        shape[0] = data.size();
        results.emplace_back(name, Tensor::empty(part.dtype(), std::move(shape)));
      }
      copy_rows(part, results[i].second, done);
    }
    done += next->size;
  }
  return results;
}

void TrainerState::set_states(const NamedTensors& tensors) {
  session.wait();
  for (const auto& [name, tensor] : tensors) session.states.set(name, tensor);
}

NamedTensors TrainerState::get_states(std::span<const std::string> names) {
  session.wait();
  NamedTensors tensors;
  for (const std::string& name : names) tensors.emplace_back(name, session.states.get(name));
  return tensors;
}

std::vector<std::string> TrainerState::weight_names() const {
  std::vector<std::string> names;
  for (const nn::Slot& slot : slots) names.push_back(slot.name);
  return names;
}

Score TrainerState::read_score(std::string_view prefix) {
  session.wait();
  const auto sum = [&](std::string_view what) { return session.states.get(cat(prefix, what)).number(); };
  Score score;
  const double items = sum("items");
  score.items = static_cast<std::int64_t>(items);
  score.loss = sum("loss") / items;
  for (const Metric& metric : parts.metrics)
    score.metrics.emplace_back(metric.name, sum(metric.name) / items);
  return score;
}

}  // namespace tenon
