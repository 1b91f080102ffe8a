// The gradient that the rules write, held against differences of what the reference computes.
#pragma once

#include <cmath>

#include "op/expect.h"
#include "tenon/gradient.h"

namespace tenon::test {

namespace detail {
// Σ over all float results of their elements, each weighted differently, so that no gradient is the same.
inline Value weighted_sum(Graph& g, const std::vector<Value>& results) {
  Value total = g.constant(Tensor::scalar(0.0));
  for (const Value& result : results) {
    if (!is_float(result.dtype())) continue;
    const Value flat = reshape(result, {-1});
    const Value weights = sin(cast(iota(shape_of(flat)), result.dtype()) + 1.0);
    total = total + reduce_sum(flat * weights);
  }
  return total;
}

inline double value_of(const Graph& g, const std::vector<Tensor>& inputs) {
  return evaluate(g, inputs).outputs[0].number();
}
}  // namespace detail

// For all inputs of f64. With `open` the program is written without knowing any dimension.
inline void expect_gradient(const std::vector<Tensor>& inputs, const Write& write, bool open = false) {
  Graph g;
  std::vector<Value> values;
  std::vector<Value> wrt;
  for (const Tensor& input : inputs) {
    Type type = Type::of(input);
    if (open)
      for (Dim& dim : type.dims) dim = Dim::unknown();
    values.push_back(g.input(cat("x", values.size()), type));
    if (type.dtype == DType::f64) wrt.push_back(values.back());
  }
  const Value loss = detail::weighted_sum(g, write(g, values));
  g.output("loss", loss);
  const std::vector<Value> grads = gradient(std::vector{loss}, wrt);
  for (const Value& grad : grads) g.output(cat("grad", g.outputs().size()), grad);
  const std::vector<Tensor> computed = evaluate(g, inputs).outputs;

  std::size_t number = 1;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].dtype() != DType::f64) continue;
    const Tensor& grad = computed[number++];
    ASSERT_EQ(grad.shape(), inputs[i].shape()) << "input " << i;
    for (std::int64_t k = 0; k < grad.size(); ++k) {
      const auto loss_at = [&](double step) {
        std::vector<Tensor> moved = inputs;
        moved[i] = inputs[i].clone();
        moved[i].set_number(k, inputs[i].number(k) + step);
        return detail::value_of(g, moved);
      };
      constexpr double kStep = 1e-5;
      const double numeric = (loss_at(kStep) - loss_at(-kStep)) / (2 * kStep);
      EXPECT_NEAR(grad.number(k), numeric, 1e-6 * std::max(1.0, std::abs(numeric)))
          << "input " << i << ", element " << k << (open ? ", open" : "");
    }
  }
}

template <class Function>
void expect_gradients(const std::vector<Tensor>& inputs, Function&& function) {
  const Write write = [&](Graph&, const std::vector<Value>& x) -> std::vector<Value> {
    return {function(x)};
  };
  expect_gradient(inputs, write);
  expect_gradient(inputs, write, true);
}

// Distinct numbers without a pattern.
inline Tensor scattered(Shape shape, double phase = 0) {
  Tensor tensor = Tensor::empty(DType::f64, std::move(shape));
  for (std::int64_t i = 0; i < tensor.size(); ++i)
    tensor.set_number(i, std::sin(static_cast<double>(i + 1) * 12.9898 + phase) * 2);
  return tensor;
}

}  // namespace tenon::test
