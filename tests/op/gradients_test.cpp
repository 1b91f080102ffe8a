// Primitives: the gradient that a rule writes against differences of the values.
#include <gtest/gtest.h>

#include "op/cases.h"

namespace tenon::test {
namespace {

class Gradients : public testing::TestWithParam<Case> {};

TEST_P(Gradients, AgreeWithDifferences) {
  expect_gradient(GetParam().inputs, GetParam().write);
  expect_gradient(GetParam().inputs, GetParam().write, true);
}

Case binary(const char* name, Value (*function)(Operand, Operand), double low = -2) {
  return one(name, {spread({2, 3}, low), spread({3}, low * 0.9, 1.7)},
             [=](const Values& x) { return function(x[0], x[1]); });
}

std::vector<Case> primitives() {
  std::vector<Case> cases = {
      unary("neg", neg),
      unary("abs", abs),
      unary("sign", sign),
      unary("floor", floor),
      unary("exp", exp),
      unary("expm1", expm1),
      unary("log", log, 0.2),
      unary("log1p", log1p, -0.8),
      unary("sqrt", sqrt, 0.2),
      unary("rsqrt", rsqrt, 0.2),
      unary("reciprocal", reciprocal, 0.2),
      unary("sin", sin),
      unary("cos", cos),
      unary("tan", tan, -1.2, 1.2),
      unary("asin", asin, -0.9, 0.9),
      unary("acos", acos, -0.9, 0.9),
      unary("atan", atan),
      unary("sinh", sinh),
      unary("cosh", cosh),
      unary("tanh", tanh),
      unary("erf", erf),
      binary("add", add),
      binary("sub", sub),
      binary("mul", mul),
      binary("div", div, 0.3),
      binary("rem", rem, 0.3),
      binary("mod", mod, 0.3),
      binary("pow", pow, 0.3),
      binary("atan2", atan2),
      binary("maximum", maximum),
      binary("minimum", minimum),
      one("select", {spread({2, 3}), spread({3})},
          [](const Values& x) { return select(x[0] > 0.0, x[0], x[1]); }),
      one("pow_of_zero", {spread({2, 2})}, [](const Values& x) { return pow(x[0] * 0.0, 2.0) + x[0]; }),
  };
  const Tensor cube = spread({2, 3, 2});
  const Tensor with_zeros = f64({3, 3}, {1, 2, 3, 4, 0, 5, 0, 6, 0});
  for (const bool keep : {false, true}) {
    const auto reduction = [&](const char* name, Value (*function)(Value, Ints, bool), const Ints& axes) {
      cases.push_back(one(cat(name, "_", axes.size(), keep ? "_kept" : ""), {cube},
                          [=](const Values& x) { return function(x[0], axes, keep); }));
    };
    for (const Ints& axes : {Ints{1}, Ints{0, 2}, Ints{}}) {
      reduction("reduce_sum", reduce_sum, axes);
      reduction("reduce_mean", reduce_mean, axes);
      reduction("reduce_max", reduce_max, axes);
      reduction("reduce_min", reduce_min, axes);
      reduction("reduce_prod", reduce_prod, axes);
    }
  }
  cases.push_back(
      one("reduce_prod_of_zeros", {with_zeros}, [](const Values& x) { return reduce_prod(x[0], {1}); }));
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Primitive, Gradients, testing::ValuesIn(primitives()), kNameOf);

}  // namespace
}  // namespace tenon::test
