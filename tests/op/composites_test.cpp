// Every op of the arithmetic families: its gradient against differences of its values, and of composites the
// decomposition against the kernel. All in f64, with first dimensions that are symbols, as in a source
// program.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "op/expect.h"
#include "op/run_op.h"
#include "tenon/gradient.h"

namespace tenon::test {
namespace {

struct Case {
  std::string name;
  std::vector<Tensor> inputs;  // gradients are taken of those of f64
  std::function<std::vector<Value>(const std::vector<Value>&)> write;
};

void PrintTo(const Case& test_case, std::ostream* out) { *out << test_case.name; }

// Irregular numbers in (low, high), none near 0 and none equal.
Tensor spread(Shape shape, double low = -2, double high = 2) {
  Tensor tensor = Tensor::empty(DType::f64, std::move(shape));
  double at = 0.13;
  for (double& element : tensor.as<double>()) {
    at = std::fmod(at + 0.6180339887, 1.0);
    element = low + (high - low) * at;
  }
  return tensor;
}

struct Written {
  Graph graph;
  std::vector<Value> inputs;
  std::vector<Value> results;
};

std::unique_ptr<Written> written(const Case& test_case, bool open = false) {
  auto program = std::make_unique<Written>();
  for (const Tensor& input : test_case.inputs) {
    Type type = Type::of(input);
    if (open)
      std::fill(type.dims.begin(), type.dims.end(), Dim::unknown());
    else if (type.rank() > 1)
      type.dims[0] = Dim(cat("N", program->inputs.size()));
    program->inputs.push_back(program->graph.input(cat("x", program->inputs.size()), type));
  }
  program->results = test_case.write(program->inputs);
  return program;
}

// A number that depends on every result in its own way.
Value mixed(const std::vector<Value>& results) {
  Value sum;
  for (const Value& result : results) {
    const Value term = reduce_sum(result * sin(result * 3.0 + 1.0));
    sum = sum.defined() ? sum + term : term;
  }
  return sum;
}

class Gradients : public testing::TestWithParam<Case> {};

// Outputs: the loss, then its gradients.
std::unique_ptr<Written> differentiated(const Case& test_case, bool open = false) {
  auto program = written(test_case, open);
  const Value loss = mixed(program->results);
  std::vector<Value> wrt;
  for (const Value& input : program->inputs)
    if (input.dtype() == DType::f64) wrt.push_back(input);
  program->graph.output("loss", loss);
  for (const Value& grad : gradient(std::array{loss}, wrt)) program->graph.output("", grad);
  return program;
}

TEST_P(Gradients, AgreeWithDifferences) {
  const Case& test_case = GetParam();
  const auto program = differentiated(test_case);
  const auto value_at = [&](const std::vector<Tensor>& inputs) {
    return evaluate(program->graph, inputs).outputs[0].number();
  };

  const std::vector<Tensor> results = evaluate(program->graph, test_case.inputs).outputs;
  std::size_t next = 1;
  for (std::size_t i = 0; i < test_case.inputs.size(); ++i) {
    if (test_case.inputs[i].dtype() != DType::f64) continue;
    const Tensor& grad = results[next++];
    ASSERT_EQ(grad.shape(), test_case.inputs[i].shape());
    for (std::int64_t k = 0; k < grad.size(); ++k) {
      constexpr double kStep = 1e-5;
      std::vector<Tensor> moved = test_case.inputs;
      const double x = moved[i].number(k);
      moved[i] = moved[i].clone();
      moved[i].set_number(k, x + kStep);
      const double above = value_at(moved);
      moved[i].set_number(k, x - kStep);
      const double slope = (above - value_at(moved)) / (2 * kStep);
      EXPECT_NEAR(grad.number(k), slope, 1e-6 * std::max(1.0, std::fabs(slope)))
          << "input " << i << " at " << k;
    }
  }
}

class OpenGradients : public testing::TestWithParam<Case> {};

TEST_P(OpenGradients, NeedNoShapes) {
  const auto known = evaluate(differentiated(GetParam())->graph, GetParam().inputs).outputs;
  const auto open = evaluate(differentiated(GetParam(), true)->graph, GetParam().inputs).outputs;
  for (std::size_t i = 0; i < known.size(); ++i) expect_near(open[i], known[i], 1e-14);
}

class Decompositions : public testing::TestWithParam<Case> {};

TEST_P(Decompositions, AgreeWithTheKernel) {
  const Case& test_case = GetParam();
  const auto program = written(test_case);
  const Node node = program->graph.node(program->results[0].ref());
  std::vector<Value> inputs;
  for (const Ref input : node.inputs) inputs.push_back(program->graph.value(input));
  const OpDef& def = definition(node.op);
  ASSERT_TRUE(def.kernel && def.decompose);
  const std::vector<Value> parts = def.decompose({program->graph, node, inputs});
  ASSERT_EQ(parts.size(), node.results.size());
  for (std::uint32_t i = 0; i < parts.size(); ++i)
    program->graph.output("", program->graph.value({program->results[0].ref().node, i}));
  for (const Value& part : parts) program->graph.output("", part);
  const std::vector<Tensor> results = evaluate(program->graph, test_case.inputs).outputs;
  for (std::size_t i = 0; i < parts.size(); ++i) expect_near(results[i + parts.size()], results[i], 1e-12);
}

using Values = std::vector<Value>;
using OneInput = Value (*)(Value);
using TwoInputs = Value (*)(Operand, Operand);

Case unary(std::string name, OneInput function, double low = -2, double high = 2) {
  return {
      std::move(name), {spread({3, 2}, low, high)}, [=](const Values& x) { return Values{function(x[0])}; }};
}

Case binary(std::string name, TwoInputs function, double low = -2) {
  return {std::move(name), {spread({2, 3}, low), spread({3}, low * 0.9, 1.7)}, [=](const Values& x) {
            return Values{function(x[0], x[1])};
          }};
}

Case one(std::string name, std::vector<Tensor> inputs, std::function<Value(const Values&)> function) {
  return {std::move(name), std::move(inputs), [=](const Values& x) { return Values{function(x)}; }};
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
    const auto reduction = [&](std::string name, Value (*function)(Value, Ints, bool), Ints axes) {
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

std::vector<Case> activations() {
  return {
      unary("relu", relu),
      unary("silu", silu),
      unary("sigmoid", sigmoid),
      unary("softplus", softplus),
      unary("hard_swish", hard_swish, -5, 5),
      one("clamp", {spread({3, 2})}, [](const Values& x) { return clamp(x[0], -1.0, 0.5); }),
      one("clamp_above", {spread({3, 2})}, [](const Values& x) { return clamp(x[0], {}, 0.5); }),
      one("leaky_relu", {spread({3, 2})}, [](const Values& x) { return leaky_relu(x[0], 0.1); }),
      one("elu", {spread({3, 2})}, [](const Values& x) { return elu(x[0], 1.5); }),
      one("gelu", {spread({3, 2})}, [](const Values& x) { return gelu(x[0]); }),
      one("gelu_tanh", {spread({3, 2})}, [](const Values& x) { return gelu(x[0], true); }),
      one("hard_sigmoid", {spread({3, 2}, -5, 5)}, [](const Values& x) { return hard_sigmoid(x[0]); }),
      one("softmax", {spread({3, 4})}, [](const Values& x) { return softmax(x[0]); }),
      one("softmax_first", {spread({3, 4})}, [](const Values& x) { return softmax(x[0], 0); }),
      one("log_softmax", {spread({3, 4, 2})}, [](const Values& x) { return log_softmax(x[0], 1); }),
      one("linear", {spread({2, 3, 4}), spread({4, 2}), spread({2})},
          [](const Values& x) { return linear(x[0], x[1], x[2]); }),
  };
}

std::vector<Case> losses() {
  const Tensor probabilities = spread({3, 4}, 0.1, 0.9);
  std::vector<Case> cases;
  for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none}) {
    const auto loss = [&](std::string name, Tensor target, std::function<Value(Value, Value)> function) {
      cases.push_back(one(cat(name, "_", static_cast<int>(reduction)), {spread({3, 4}), std::move(target)},
                          [=](const Values& x) { return function(x[0], x[1]); }));
    };
    loss("mse_loss", spread({3, 4}, -1), [=](Value x, Value t) { return mse_loss(x, t, reduction); });
    loss("l1_loss", spread({3, 4}, -1), [=](Value x, Value t) { return l1_loss(x, t, reduction); });
    loss("huber_loss", spread({3, 4}, -1),
         [=](Value x, Value t) { return huber_loss(x, t, 0.4, reduction); });
    loss("kl_div", probabilities, [=](Value x, Value t) { return kl_div(x, t, reduction); });
    loss("bce_with_logits", probabilities,
         [=](Value x, Value t) { return bce_with_logits(x, t, reduction); });
  }
  return cases;
}

std::vector<Case> cross_entropies() {
  const Tensor ids = vec<std::int64_t>({2, 0, 3});
  const Tensor weights = f64({4}, {0.5, 2, 1, 3});
  std::vector<Case> cases;
  const auto hard = [&](std::string name, CrossEntropy options) {
    cases.push_back(one("cross_entropy_" + std::move(name), {spread({3, 4}), ids},
                        [=](const Values& x) { return cross_entropy(x[0], x[1], options); }));
  };
  const auto weighted = [&](std::string name, CrossEntropy options) {
    cases.push_back(
        one("cross_entropy_weighted_" + std::move(name), {spread({3, 4}), ids}, [=](const Values& x) mutable {
          options.class_weights = x[0].graph().constant(weights);
          return cross_entropy(x[0], x[1], options);
        }));
  };
  const auto soft = [&](std::string name, CrossEntropy options) {
    cases.push_back(one("cross_entropy_soft_" + std::move(name), {spread({3, 4}), spread({3, 4}, 0.1, 0.9)},
                        [=](const Values& x) { return cross_entropy(x[0], x[1], options); }));
  };
  hard("mean", {});
  hard("sum", {.reduction = Reduction::sum});
  hard("none", {.reduction = Reduction::none});
  hard("smooth", {.smoothing = 0.1});
  hard("ignore", {.ignore_index = 0});
  hard("ignore_smooth_none", {.smoothing = 0.1, .ignore_index = 0, .reduction = Reduction::none});
  weighted("mean", {});
  weighted("none", {.reduction = Reduction::none});
  weighted("ignore", {.ignore_index = 3});
  weighted("smooth", {.smoothing = 0.2});
  soft("mean", {});
  soft("none", {.smoothing = 0.2, .reduction = Reduction::none});
  cases.push_back(one("cross_entropy_of_images",
                      {spread({2, 3, 2, 2}), Tensor::of<std::int32_t>({2, 2, 2}, {0, 1, 2, 0, 1, 2, 2, 1})},
                      [](const Values& x) {
                        return cross_entropy(x[0], x[1], {.ignore_index = 1, .reduction = Reduction::none});
                      }));
  return cases;
}

std::vector<Case> normalisations() {
  const Tensor x = spread({2, 4, 3});
  const Tensor along = spread({3}, 0.5);
  const Tensor channels = spread({4}, 0.5);
  return {
      one("layer_norm", {x, along, along}, [](const Values& v) { return layer_norm(v[0], v[1], v[2]); }),
      one("layer_norm_bare", {x}, [](const Values& v) { return layer_norm(v[0], {}, {}, {.axis = 1}); }),
      one("layer_norm_of_two_axes", {x, spread({4, 3}), spread({4, 3})},
          [](const Values& v) { return layer_norm(v[0], v[1], v[2], {.axis = 1}); }),
      one("rms_norm", {x, along}, [](const Values& v) { return rms_norm(v[0], v[1]); }),
      one("rms_norm_bare", {x}, [](const Values& v) { return rms_norm(v[0], {}, {.axis = -2}); }),
      one("group_norm", {x, channels, channels},
          [](const Values& v) { return group_norm(v[0], v[1], v[2], {.groups = 2}); }),
      one("group_norm_of_vectors", {spread({3, 4})},
          [](const Values& v) { return group_norm(v[0], {}, {}, {.groups = 2}); }),
      one("batch_norm", {x, channels, channels, spread({4}), spread({4}, 0.5)},
          [](const Values& v) { return batch_norm(v[0], v[1], v[2], v[3], v[4]); }),
      {"batch_norm_train",
       {x, channels, channels},
       [](const Values& v) {
         const auto [y, mean, variance] = batch_norm_train(v[0], v[1], v[2]);
         return Values{y, mean, variance};
       }},
      {"batch_norm_train_moments",
       {x, channels, channels},
       [](const Values& v) {
         const auto [y, mean, variance] = batch_norm_train(v[0], v[1], v[2]);
         return Values{mean, variance};
       }},
  };
}

const auto kNameOf = [](const auto& info) { return info.param.name; };

INSTANTIATE_TEST_SUITE_P(Primitive, Gradients, testing::ValuesIn(primitives()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Activation, Gradients, testing::ValuesIn(activations()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Loss, Gradients, testing::ValuesIn(losses()), kNameOf);
INSTANTIATE_TEST_SUITE_P(CrossEntropy, Gradients, testing::ValuesIn(cross_entropies()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Normalisation, Gradients, testing::ValuesIn(normalisations()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Primitive, OpenGradients, testing::ValuesIn(primitives()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Activation, OpenGradients, testing::ValuesIn(activations()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Loss, OpenGradients, testing::ValuesIn(losses()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Normalisation, OpenGradients, testing::ValuesIn(normalisations()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Activation, Decompositions, testing::ValuesIn(activations()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Loss, Decompositions, testing::ValuesIn(losses()), kNameOf);
INSTANTIATE_TEST_SUITE_P(CrossEntropy, Decompositions, testing::ValuesIn(cross_entropies()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Normalisation, Decompositions, testing::ValuesIn(normalisations()), kNameOf);

}  // namespace
}  // namespace tenon::test
