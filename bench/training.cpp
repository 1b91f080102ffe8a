#include "training.h"

#include <cmath>

#include "tenon/gradient.h"
#include "tenon/ops.h"

namespace tenon::bench {

namespace {
// Small enough that thousands of steps on one batch stay away from gradients of zero and denormal moments.
constexpr float kRate = 1e-5f;

void fill(const Tensor& tensor, std::mt19937& engine) {
  if (tensor.dtype() == DType::i64) {
    for (auto& label : tensor.as<std::int64_t>()) label = static_cast<std::int64_t>(engine() % 10);
    return;
  }
  const double scale =
      tensor.rank() > 1 ? 1 / std::sqrt(static_cast<double>(tensor.size() / tensor.dim(-1))) : 0.0;
  std::normal_distribution<float> normal(0, static_cast<float>(scale));
  for (float& element : tensor.as<float>()) element = tensor.rank() > 1 ? normal(engine) : 0.0f;
}

Value dense(Value x, const std::string& name, std::int64_t outputs, std::vector<Value>& parameters) {
  Graph& graph = x.graph();
  parameters.push_back(graph.state(name + ".weight", {x.dtype(), {x.type().dims.back(), outputs}}));
  parameters.push_back(graph.state(name + ".bias", {x.dtype(), {outputs}}));
  return matmul(x, parameters[parameters.size() - 2]) + parameters.back();
}

Value perceptron(Value x, const std::vector<std::int64_t>& widths, std::vector<Value>& parameters) {
  for (std::size_t i = 1; i < widths.size(); ++i) {
    x = dense(x, cat("fc", i), widths[i], parameters);
    if (i + 1 < widths.size()) x = relu(x);
  }
  return x;
}

void adam(Value parameter, Value grad, Value rate, Value step) {
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kEpsilon = 1e-8;
  Graph& graph = parameter.graph();
  const std::string name = name_of(graph.node(parameter.ref()));
  const Value m = graph.state("m." + name, parameter.type());
  const Value v = graph.state("v." + name, parameter.type());
  const Value new_m = m * kBeta1 + grad * (1 - kBeta1);
  const Value new_v = v * kBeta2 + grad * grad * (1 - kBeta2);
  const auto power = [&](double base) {
    return pow(graph.constant(Tensor::scalar(static_cast<float>(base))), step);
  };
  const Value one = graph.constant(Tensor::scalar(1.0f));
  const Value size = rate / (one - power(kBeta1));
  const Value root = sqrt(one / (one - power(kBeta2)));
  graph.update("m." + name, new_m);
  graph.update("v." + name, new_v);
  graph.update(name, parameter - size * new_m / (sqrt(new_v) * root + kEpsilon));
}

void finish(Graph& graph, Value loss, const std::vector<Value>& parameters, Rule rule) {
  const Value rate = graph.input("lr", {DType::f32, {}});
  const Value step = graph.input("step", {DType::f32, {}});
  const auto grads = gradient({&loss, 1}, parameters);
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (rule == Rule::adam)
      adam(parameters[i], grads[i], rate, step);
    else
      graph.update(name_of(graph.node(parameters[i].ref())), parameters[i] - rate * grads[i]);
  }
  graph.output("loss", loss);
}

Value conv_layer(Value x, const std::string& name, std::int64_t outputs, std::vector<Value>& parameters) {
  Graph& graph = x.graph();
  parameters.push_back(graph.state(name + ".weight", {x.dtype(), {outputs, x.type().dims[1], 3, 3}}));
  parameters.push_back(graph.state(name + ".bias", {x.dtype(), {outputs}}));
  const Value bias = reshape(parameters.back(), {outputs, 1, 1});
  return max_pool(relu(conv(x, parameters[parameters.size() - 2]) + bias), {.kernel = {2, 2}}).values;
}
}  // namespace

Program::Program(const Graph& graph, const std::map<std::string, Type>& types, int threads)
    : backend_(make_cpu_backend()), states_(backend_), scratch_(backend_) {
  CompileOptions options;
  options.backend.threads = threads;
  auto plan = std::make_shared<const Plan>(compile(graph, types, *backend_, options));
  std::mt19937 engine(1);
  for (const Slot& slot : plan->states) {
    const Tensor value = Tensor::zeros(slot.type.dtype, slot.type.shape());
    if (!slot.name.starts_with("m.") && !slot.name.starts_with("v.")) fill(value, engine);
    states_.set(slot.name, value);
  }
  for (const Slot& slot : plan->inputs) {
    held_.push_back(Tensor::zeros(slot.type.dtype, slot.type.shape()));
    fill(held_.back(), engine);
    if (slot.name == "lr") held_.back().set_number(0, kRate);
    if (slot.name == "step") held_.back().set_number(0, 10);
    inputs_.push_back(held_.back().raw());
  }
  for (const Slot& slot : plan->outputs) {
    held_.push_back(Tensor::zeros(slot.type.dtype, slot.type.shape()));
    outputs_.push_back(held_.back().raw());
  }
  runner_ = std::make_unique<Runner>(backend_, std::move(plan), states_, scratch_);
  stream_ = backend_->make_stream(options.backend);
}

Graph perceptron_inference(const std::vector<std::int64_t>& widths) {
  Graph graph("perceptron");
  std::vector<Value> parameters;
  graph.output("y", perceptron(graph.input("x", {DType::f32, {"N", widths[0]}}), widths, parameters));
  return graph;
}

Graph perceptron_training(const std::vector<std::int64_t>& widths, Rule rule, bool regression) {
  Graph graph("perceptron");
  std::vector<Value> parameters;
  const Value y = perceptron(graph.input("x", {DType::f32, {"N", widths[0]}}), widths, parameters);
  const Type target = regression ? Type{DType::f32, {"N", widths.back()}} : Type{DType::i64, {"N"}};
  const Value wanted = graph.input("y", target);
  finish(graph, regression ? mse_loss(y, wanted) : cross_entropy(y, wanted), parameters, rule);
  return graph;
}

Graph keras_cnn_training() {
  Graph graph("keras_cnn");
  std::vector<Value> parameters;
  Value x = graph.input("x", {DType::f32, {"N", 1, 28, 28}});
  x = conv_layer(x, "conv1", 32, parameters);
  x = conv_layer(x, "conv2", 64, parameters);
  x = relu(dense(reshape(x, {0, 1600}), "fc1", 64, parameters));
  x = dense(x, "fc2", 10, parameters);
  finish(graph, cross_entropy(x, graph.input("y", {DType::i64, {"N"}})), parameters, Rule::adam);
  return graph;
}

}  // namespace tenon::bench
