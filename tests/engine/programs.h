// Small programs with weights, for tests of engines.
#pragma once

#include <random>

#include "tenon/engine.h"
#include "tenon/ops.h"

namespace tenon::testing {

struct Model {
  Graph program;
  NamedTensors weights;
};

inline Tensor random_floats(Shape shape, std::uint32_t seed) {
  Tensor tensor = Tensor::empty(DType::f32, std::move(shape));
  std::mt19937 source(seed);
  std::uniform_real_distribution<float> uniform(-0.5f, 0.5f);
  for (float& element : tensor.as<float>()) element = uniform(source);
  return tensor;
}

inline Tensor random_bytes(Shape shape, std::uint32_t seed) {
  Tensor tensor = Tensor::empty(DType::u8, std::move(shape));
  std::mt19937 source(seed);
  for (std::uint8_t& element : tensor.as<std::uint8_t>()) element = static_cast<std::uint8_t>(source());
  return tensor;
}

// Bytes in, logits and the class out.
inline Model classifier(std::int64_t in = 5, std::int64_t classes = 3) {
  Model model;
  Graph& graph = model.program;
  const Value x = graph.input("x", {DType::u8, {"N", in}});
  const Value w = graph.state("w", {DType::f32, {in, classes}});
  const Value b = graph.state("b", {DType::f32, {classes}});
  const Value logits = linear(cast(x, DType::f32) / 255.0, w, b);
  graph.output("logits", logits);
  graph.output("class", arg_max(logits, 1));
  model.weights = {{"w", random_floats({in, classes}, 1)}, {"b", random_floats({classes}, 2)}};
  return model;
}

// Two inputs that share their first axis.
inline Model weighted_sum() {
  Model model;
  Graph& graph = model.program;
  const Value a = graph.input("a", {DType::f32, {"N", 2}});
  const Value b = graph.input("b", {DType::f32, {"N", 2}});
  graph.output("y", a * graph.state("scale", {DType::f32, {}}) + b);
  model.weights = {{"scale", Tensor::scalar(3.0f)}};
  return model;
}

// Running sums along the second axis, times a weight: a scan.
inline Model running_sums() {
  Model model;
  Graph& graph = model.program;
  const Value x = graph.input("x", {DType::f32, {"N", 4}});
  const Value scale = graph.state("scale", {DType::f32, {}});
  Graph body("turn");
  const Value sum = body.input("sum", {DType::f32, {"N"}});
  const Value slice = body.input("x", sum.type());
  const Value next = sum + slice * body.input("scale", scale.type());
  body.output("sum", next);
  body.output("y", next);
  const ScanInputs inputs{{zeros_like(reduce_sum(x, {1}))}, {transpose(x)}, {scale}};
  graph.output("y", transpose(scan(inputs, std::make_shared<const Graph>(std::move(body)))[1]));
  model.weights = {{"scale", Tensor::scalar(3.0f)}};
  return model;
}

inline Engine engine_of(Model model, EngineInfo info = {}, EngineOptions options = {}) {
  return {model.program, std::move(model.weights), std::move(info), std::move(options)};
}

}  // namespace tenon::testing
