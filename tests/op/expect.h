// Helpers of the op tests: run a small program, compare numbers, look for words in an error.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <vector>

#include "op/evaluate.h"
#include "tenon/ops.h"

namespace tenon::test {

inline Tensor f64(Shape shape, std::initializer_list<double> values) {
  return Tensor::of<double>(std::move(shape), values);
}
inline Tensor f32(Shape shape, std::initializer_list<float> values) {
  return Tensor::of<float>(std::move(shape), values);
}
inline Tensor i64(Shape shape, std::initializer_list<std::int64_t> values) {
  return Tensor::of<std::int64_t>(std::move(shape), values);
}
// 1, 2, 3, … of a shape.
inline Tensor counting(Shape shape, DType dtype = DType::f64) {
  Tensor tensor = Tensor::empty(dtype, std::move(shape));
  for (std::int64_t i = 0; i < tensor.size(); ++i) tensor.set_number(i, static_cast<double>(i + 1));
  return tensor;
}

using Write = std::function<std::vector<Value>(Graph&, const std::vector<Value>&)>;

// What a program of inputs of these types and of these results answers, written with unknown dimensions where
// `open` says so, as a source program is.
inline std::vector<Tensor> run_all(const std::vector<Tensor>& inputs, const Write& write, bool open = false) {
  Graph graph;
  std::vector<Value> values;
  for (const Tensor& input : inputs) {
    Type type = Type::of(input);
    if (open)
      for (Dim& dim : type.dims) dim = Dim::unknown();
    values.push_back(graph.input(cat("x", values.size()), type));
  }
  for (const Value& value : write(graph, values)) graph.output(cat(graph.outputs().size()), value);
  return evaluate(graph, inputs).outputs;
}

template <class Function>
Tensor run(const std::vector<Tensor>& inputs, Function&& function) {
  const Write write = [&](Graph&, const std::vector<Value>& x) { return std::vector<Value>{function(x)}; };
  const Tensor result = run_all(inputs, write).front();
  EXPECT_TRUE(identical(result, run_all(inputs, write, true).front())) << "the open program differs";
  return result;
}

inline void expect_same(const Tensor& actual, const Tensor& wanted) {
  EXPECT_TRUE(identical(actual, wanted)) << to_string(actual) << "\n  is not\n" << to_string(wanted);
}

template <class Function>
void expect_error(Function&& function, std::initializer_list<std::string> words) {
  try {
    function();
    FAIL() << "no error";
  } catch (const Error& error) {
    for (const std::string& word : words)
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
  }
}

}  // namespace tenon::test
