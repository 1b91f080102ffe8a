// Composites: the decomposition against the kernel, and the gradient against differences of the values.
#include <gtest/gtest.h>

#include "op/cases.h"
#include "op/run_op.h"

namespace tenon::test {
namespace {

using namespace std::string_literals;

class Composites : public testing::TestWithParam<Case> {};

TEST_P(Composites, HaveTheirGradient) {
  expect_gradient(GetParam().inputs, GetParam().write);
  expect_gradient(GetParam().inputs, GetParam().write, true);
}

// Of the one node that writing the case appends last.
TEST_P(Composites, AreWhatTheyDecomposeTo) {
  std::size_t count = 0;
  const auto results = run_all(GetParam().inputs, [&](Graph& graph, const Values& x) {
    const Ref last = GetParam().write(graph, x)[0].ref();
    const Node node = graph.node(last);
    Values inputs;
    for (const Ref input : node.inputs) inputs.push_back(graph.value(input));
    Values all;
    for (std::uint32_t i = 0; i < node.results.size(); ++i) all.push_back(graph.value({last.node, i}));
    count = all.size();
    for (const Value& part : definition(node.op).decompose({graph, node, inputs})) all.push_back(part);
    return all;
  });
  ASSERT_EQ(results.size(), 2 * count);
  for (std::size_t i = 0; i < count; ++i) expect_near(results[count + i], results[i], 1e-12);
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
      one("attention", {spread({2, 3, 4}), spread({2, 5, 4}), spread({2, 5, 2}), spread({3, 5})},
          [](const Values& x) { return attention(x[0], x[1], x[2], x[3], 0.5); }),
  };
}

std::vector<Case> losses() {
  const Tensor probabilities = spread({3, 4}, 0.1, 0.9);
  std::vector<Case> cases;
  for (const Reduction reduction : {Reduction::mean, Reduction::sum, Reduction::none}) {
    const auto loss = [&](const char* name, const Tensor& target, const auto& function) {
      cases.push_back(one(cat(name, "_", static_cast<int>(reduction)), {spread({3, 4}), target},
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

// The number of classes is a constant even where nothing else is known.
Value rows(Value logits) { return reshape(logits, {-1, 4}); }

std::vector<Case> cross_entropies() {
  const Tensor ids = vec<std::int64_t>({2, 0, 3});
  const Tensor weights = f64({4}, {0.5, 2, 1, 3});
  std::vector<Case> cases;
  const auto hard = [&](const char* name, const CrossEntropy& options) {
    cases.push_back(one("cross_entropy_"s + name, {spread({3, 4}), ids},
                        [=](const Values& x) { return cross_entropy(rows(x[0]), x[1], options); }));
  };
  const auto weighted = [&](const char* name, const CrossEntropy& options) {
    cases.push_back(one("cross_entropy_weighted_"s + name, {spread({3, 4}), ids}, [=](const Values& x) {
      CrossEntropy with_weights = options;
      with_weights.class_weights = x[0].graph().constant(weights);
      return cross_entropy(rows(x[0]), x[1], with_weights);
    }));
  };
  const auto soft = [&](const char* name, const CrossEntropy& options) {
    cases.push_back(one("cross_entropy_soft_"s + name, {spread({3, 4}), spread({3, 4}, 0.1, 0.9)},
                        [=](const Values& x) { return cross_entropy(rows(x[0]), x[1], options); }));
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
                        return cross_entropy(reshape(x[0], {-1, 3, 2, 2}), x[1],
                                             {.ignore_index = 1, .reduction = Reduction::none});
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
       [](Graph&, const Values& v) {
         const auto [y, mean, variance] = batch_norm_train(v[0], v[1], v[2]);
         return Values{y, mean, variance};
       }},
      {"batch_norm_train_moments",
       {x, channels, channels},
       [](Graph&, const Values& v) {
         const auto [y, mean, variance] = batch_norm_train(v[0], v[1], v[2]);
         return Values{mean, variance};
       }},
  };
}

INSTANTIATE_TEST_SUITE_P(Activation, Composites, testing::ValuesIn(activations()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Loss, Composites, testing::ValuesIn(losses()), kNameOf);
INSTANTIATE_TEST_SUITE_P(CrossEntropy, Composites, testing::ValuesIn(cross_entropies()), kNameOf);
INSTANTIATE_TEST_SUITE_P(Normalisation, Composites, testing::ValuesIn(normalisations()), kNameOf);

}  // namespace
}  // namespace tenon::test
