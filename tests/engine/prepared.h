// A network of whose weights much can be computed before it runs.
#pragma once

#include <gtest/gtest.h>

#include "engine/programs.h"
#include "op/evaluate.h"

namespace tenon::testing {

inline Value along_channels(Value numbers) { return reshape(numbers, {16, 1, 1}); }

// A convolution, its normalisation and an activation, twice over: by the op and written out.
inline Model network(std::uint32_t seed = 0) {
  Model model;
  Graph& graph = model.program;
  Value image = graph.input("x", {DType::f32, {"N", 16, 9, 9}});
  const auto weight = [&](const std::string& name, const Shape& shape, double offset) {
    const Tensor value = random_floats(shape, ++seed);
    for (float& element : value.as<float>()) element += static_cast<float>(offset);
    model.weights.emplace_back(name, value);
    return graph.state(name, Type::of(value));
  };
  for (const std::string layer : {"a", "b"}) {
    const Value filters = weight(layer + ".w", {16, 16, 3, 3}, 0);
    const Value scale = weight(layer + ".scale", {16}, 1), bias = weight(layer + ".bias", {16}, 0);
    const Value mean = weight(layer + ".mean", {16}, 0), variance = weight(layer + ".variance", {16}, 1);
    const Value images = conv(image, filters);
    const Value factor = scale * rsqrt(variance + 1e-5);
    image =
        relu(layer == "a" ? batch_norm(images, scale, bias, mean, variance, 1e-5)
                          : (images - along_channels(mean)) * along_channels(factor) + along_channels(bias));
  }
  graph.output("y", image);
  return model;
}

inline void expect_close(const Tensor& found, const Tensor& wanted) {
  ASSERT_EQ(found.shape(), wanted.shape());
  for (std::int64_t i = 0; i < wanted.size(); ++i) ASSERT_NEAR(found.number(i), wanted.number(i), 2e-4);
}

// By the program as it was written, without any pass.
inline Tensor judged(const Model& model, const Tensor& x) {
  TensorMap weights;
  for (const auto& [name, tensor] : model.weights) weights.emplace(name, tensor);
  return evaluate_named(model.program, {{"x", x}}, weights).outputs.at(0);
}

}  // namespace tenon::testing
