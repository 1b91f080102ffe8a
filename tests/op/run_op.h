// One op on tensors, by its type rule and its reference kernel.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "support/message_of.h"
#include "tenon/op.h"

namespace tenon::test {

inline std::vector<Tensor> run_op_all(Op op, const std::vector<Tensor>& inputs, const Attrs& attrs = {}) {
  Graph graph;
  std::vector<Value> values;
  for (const Tensor& input : inputs) values.push_back(graph.input(cat("x", values.size()), Type::of(input)));
  const std::vector<Value> results = graph.emit(op, values, attrs);
  const Node& node = graph.node(results.front().ref());
  return definition(op).kernel({node, inputs, node.results, {}});
}

inline Tensor run_op(Op op, const std::vector<Tensor>& inputs, const Attrs& attrs = {}) {
  return run_op_all(op, inputs, attrs).front();
}

template <class T>
Tensor vec(std::initializer_list<T> values) {
  return Tensor::of<T>({static_cast<std::int64_t>(values.size())}, values);
}

// Equal in type, shape and numbers; NaN equals NaN.
inline void expect_numbers(const Tensor& got, const Tensor& wanted) {
  EXPECT_TRUE(got.dtype() == wanted.dtype() && got.shape() == wanted.shape())
      << to_string(got) << " instead of " << to_string(wanted);
  if (got.size() != wanted.size()) return;
  for (std::int64_t i = 0; i < got.size(); ++i) {
    const double a = got.number(i);
    const double b = wanted.number(i);
    EXPECT_TRUE(a == b || (a != a && b != b)) << "at " << i << ": " << a << " instead of " << b;
  }
}

inline void expect_near(const Tensor& got, const Tensor& wanted, double tolerance) {
  ASSERT_TRUE(got.dtype() == wanted.dtype() && got.shape() == wanted.shape())
      << to_string(got) << " instead of " << to_string(wanted);
  for (std::int64_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got.number(i), wanted.number(i), tolerance) << "at " << i;
}

}  // namespace tenon::test
