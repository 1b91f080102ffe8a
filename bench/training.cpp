#include "training.h"

#include <cmath>
#include <random>

#include "compile/compile.h"

namespace tenon::bench {

namespace {
// Small enough that thousands of steps on one batch stay away from gradients of zero and denormal moments.
constexpr float kRate = 1e-5f;

void fill(const Tensor& tensor, std::mt19937& engine) {
  if (tensor.dtype() == DType::i64) {
    for (auto& label : tensor.as<std::int64_t>()) label = static_cast<std::int64_t>(engine() % 10);
    return;
  }
  const double inputs = static_cast<double>(tensor.size() / std::max<std::int64_t>(1, tensor.dim(-1)));
  std::normal_distribution<float> normal(0, static_cast<float>(1 / std::sqrt(std::max(1.0, inputs))));
  for (float& element : tensor.as<float>()) element = normal(engine);
}

bool is_weight(const Slot& slot) {
  return slot.type.dtype == DType::f32 && slot.type.rank() > 1 && !slot.name.starts_with(kOptimPrefix);
}

Tensor input_of(const Slot& slot, std::mt19937& engine) {
  const Tensor tensor = Tensor::zeros(slot.type.dtype, slot.type.shape());
  if (slot.name == kRateInput)
    tensor.set_number(0, kRate);
  else if (slot.name == kStepInput)
    tensor.set_number(0, 10);
  else
    fill(tensor, engine);
  return tensor;
}

nn::Module perceptron(const Widths& widths) {
  std::vector<nn::Module> layers;
  for (std::size_t i = 1; i < widths.size(); ++i) {
    layers.emplace_back(nn::Linear{widths[i]});
    if (i + 1 < widths.size()) layers.emplace_back(nn::Relu{});
  }
  return nn::Sequential(std::move(layers));
}
}  // namespace

TrainingStep::TrainingStep(const ModelParts& parts, const Optimizer& optimizer, std::int64_t batch,
                           int threads)
    : backend_(choose_backend("cpu")), states_(backend_), scratch_(backend_) {
  const Graph graph = training_step(parts, optimizer, {}, OnNan::stop);
  std::map<std::string, Type> types;
  for (const auto* columns : {&parts.inputs, &parts.targets})
    for (const NamedType& column : *columns) {
      types[column.name] = column.type;
      types[column.name].dims[0] = batch;
    }
  CompileOptions options;
  options.backend.threads = threads;
  auto executable = std::make_shared<const Executable>(compile(graph, types, *backend_, options));
  std::mt19937 engine(1);
  for (const Slot& slot : executable->states) {
    const Tensor value = Tensor::zeros(slot.type.dtype, slot.type.shape());
    if (is_weight(slot)) fill(value, engine);
    if (slot.name == cat(kRunPrefix, "bad_step")) value.set_number(0, -1);
    states_.set(slot.name, value);
  }
  for (const Slot& slot : executable->inputs) {
    held_.push_back(input_of(slot, engine));
    inputs_.push_back(held_.back().raw());
  }
  for (const Slot& slot : executable->outputs) {
    held_.push_back(Tensor::zeros(slot.type.dtype, slot.type.shape()));
    outputs_.push_back(held_.back().raw());
  }
  runner_ = std::make_unique<Runner>(backend_, std::move(executable), states_, scratch_);
  stream_ = backend_->make_stream(options.backend);
}

ModelParts classifier(const Widths& widths) {
  return {perceptron(widths),          loss::cross_entropy, {}, {}, {{"x", {DType::f32, {"N", widths[0]}}}},
          {{"y", {DType::i64, {"N"}}}}};
}

ModelParts regression(const Widths& widths) {
  return {perceptron(widths),
          loss::mse,
          {},
          {},
          {{"x", {DType::f32, {"N", widths[0]}}}},
          {{"y", {DType::f32, {"N", widths.back()}}}}};
}

ModelParts keras_cnn() {
  nn::Sequential net{nn::Conv{32, 3}, nn::Relu{},    nn::MaxPool{2}, nn::Conv{64, 3}, nn::Relu{},
                     nn::MaxPool{2},  nn::Flatten{}, nn::Linear{64}, nn::Relu{},      nn::Linear{10}};
  return {net,
          loss::cross_entropy,
          {},
          {},
          {{"x", {DType::f32, {"N", 1, 28, 28}}}},
          {{"y", {DType::i64, {"N"}}}}};
}

Engine perceptron_engine(const Widths& widths, int threads) {
  const InferenceProgram program = inference_program(classifier(widths));
  std::mt19937 engine(1);
  NamedTensors weights;
  for (const std::uint32_t id : program.graph.states()) {
    const Node& node = program.graph.nodes()[id];
    const Tensor value = Tensor::zeros(DType::f32, node.results[0].shape());
    fill(value, engine);
    weights.emplace_back(name_of(node), value);
  }
  return {program.graph, std::move(weights), {}, {.backend = "cpu", .threads = threads}};
}

}  // namespace tenon::bench
