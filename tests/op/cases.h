// Small programs with inputs, as parameters of tests.
#pragma once

#include <cmath>
#include <ostream>

#include "op/gradient_check.h"

namespace tenon::test {

using Values = std::vector<Value>;

struct Case {
  std::string name;
  std::vector<Tensor> inputs;
  Write write;
};

inline std::ostream& operator<<(std::ostream& out, const Case& test_case) { return out << test_case.name; }

inline const auto kNameOf = [](const auto& test) { return test.param.name; };

template <class Function>
Case one(std::string name, std::vector<Tensor> inputs, const Function& function) {
  return {std::move(name), std::move(inputs), [=](Graph&, const Values& x) { return Values{function(x)}; }};
}

// Irregular numbers in (low, high), no two equal.
inline Tensor spread(Shape shape, double low = -2, double high = 2) {
  Tensor tensor = Tensor::empty(DType::f64, std::move(shape));
  double at = 0.13;
  for (double& element : tensor.as<double>()) {
    at = std::fmod(at + 0.6180339887, 1.0);
    element = low + (high - low) * at;
  }
  return tensor;
}

inline Case unary(const char* name, Value (*function)(Value), double low = -2, double high = 2) {
  return one(name, {spread({3, 2}, low, high)}, [=](const Values& x) { return function(x[0]); });
}

}  // namespace tenon::test
