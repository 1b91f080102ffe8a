// Attention and what stands around it in transformers.
#include <gtest/gtest.h>

#include "onnx/model_writer.h"

namespace tenon::onnx_models {

namespace {
Tensor numbers(Shape shape, std::initializer_list<float> values) {
  return Tensor::of<float>(std::move(shape), values);
}

void expect_near(const Tensor& found, const Shape& shape, std::initializer_list<double> wanted) {
  ASSERT_EQ(found.shape(), shape);
  std::int64_t place = 0;
  for (const double value : wanted) {
    EXPECT_NEAR(found.number(place), value, 1e-5) << "element " << place;
    ++place;
  }
}

// Queries of zeros look at all keys alike: what comes out says which keys they see.
const Tensor kQueries = Tensor::zeros(DType::f32, {1, 1, 2, 1});
const Tensor kKeys = numbers({1, 1, 3, 1}, {1, 1, 1});
const Tensor kValues = numbers({1, 1, 3, 1}, {1, 2, 6});

std::vector<Tensor> attention(std::vector<Attribute> attributes, const std::vector<Tensor>& inputs,
                              int outputs = 1) {
  return run({.op = "Attention", .attributes = std::move(attributes), .opset = 24, .outputs = outputs},
             inputs);
}

TEST(OnnxAttention, SeesAllKeys) {
  expect_near(attention({}, {kQueries, kKeys, kValues}).at(0), {1, 1, 2, 1}, {3, 3});
}

TEST(OnnxAttention, IsCausalFromTheFirstKeyOn) {
  expect_near(attention({{"is_causal", 1}}, {kQueries, kKeys, kValues}).at(0), {1, 1, 2, 1}, {1, 1.5});
}

TEST(OnnxAttention, IsCausalBehindAPast) {
  const Tensor key = numbers({1, 1, 2, 1}, {1, 1}), value = numbers({1, 1, 2, 1}, {2, 6});
  const Tensor past = numbers({1, 1, 1, 1}, {1});
  const std::vector<Tensor> found =
      attention({{"is_causal", 1}}, {kQueries, key, value, Tensor(), past, past}, 3);
  expect_near(found.at(0), {1, 1, 2, 1}, {1.5, 3});
  expect_near(found.at(2), {1, 1, 3, 1}, {1, 2, 6});
}

TEST(OnnxAttention, AMaskLeavesKeysOutAndARowWithoutAnyIsZeros) {
  const Tensor mask = Tensor::of<bool>({2, 3}, {true, false, true, false, false, false});
  expect_near(attention({}, {kQueries, kKeys, kValues, mask}).at(0), {1, 1, 2, 1}, {3.5, 0});
}

TEST(OnnxAttention, ScalesAndCapsItsScores) {
  const Tensor q = numbers({1, 1, 1, 1}, {2}), k = numbers({1, 1, 2, 1}, {1, 3}),
               v = numbers({1, 1, 2, 1}, {0, 1});
  // 1 / (1 + exp(-(6 - 2) 0.5)), then with scores 1.5 tanh(s / 1.5)
  expect_near(attention({{"scale", 0.5}}, {q, k, v}).at(0), {1, 1, 1, 1}, {0.880797});
  expect_near(attention({{"scale", 0.5}, {"softcap", 1.5}}, {q, k, v}).at(0), {1, 1, 1, 1}, {0.639194});
}

TEST(OnnxAttention, SharesKeysAmongHeadsAndSplitsFlatInputs) {
  const Tensor q = Tensor::zeros(DType::f32, {1, 1, 4});
  const Tensor k = numbers({1, 2, 2}, {1, 1, 1, 1}), v = numbers({1, 2, 2}, {1, 10, 3, 30});
  expect_near(attention({{"q_num_heads", 4}, {"kv_num_heads", 2}}, {q, k, v}).at(0), {1, 1, 4},
              {2, 2, 20, 20});
}

TEST(OnnxAttention, OfSeveralHeadsInContrib) {
  const OneNode node{.op = "MultiHeadAttention", .attributes = {{"num_heads", 2}}, .domain = "com.microsoft"};
  const Tensor q = Tensor::zeros(DType::f32, {1, 1, 2});
  const Tensor k = numbers({1, 2, 2}, {1, 1, 1, 1}), v = numbers({1, 2, 2}, {1, 10, 3, 30});
  expect_near(run(node, {q, k, v}).at(0), {1, 1, 2}, {2, 20});
  const Tensor padding = Tensor::of<std::int32_t>({1, 2}, {1, 0});
  expect_near(run(node, {q, k, v, Tensor(), padding}).at(0), {1, 1, 2}, {1, 10});
}

TEST(OnnxRotary, TurnsHalvesOrNeighbours) {
  const Tensor x = numbers({1, 1, 1, 4}, {1, 2, 3, 4});
  const Tensor cosines = numbers({1, 1, 2}, {0, 1}), sines = numbers({1, 1, 2}, {1, 0});
  expect_near(run({.op = "RotaryEmbedding", .opset = 23}, {x, cosines, sines}).at(0), {1, 1, 1, 4},
              {-3, 2, 1, 4});
  expect_near(
      run({.op = "RotaryEmbedding", .attributes = {{"interleaved", 1}}, .opset = 23}, {x, cosines, sines})
          .at(0),
      {1, 1, 1, 4}, {-2, 1, 3, 4});
}

TEST(OnnxTensorScatter, WritesFromAPlaceOnAndMayGoRound) {
  const Tensor cache = numbers({1, 3, 1}, {1, 2, 3}), update = numbers({1, 2, 1}, {8, 9});
  const auto scatter = [&](const char* mode, std::int64_t place) {
    return run({.op = "TensorScatter", .attributes = {{"mode", mode}}, .opset = 24},
               {cache, update, Tensor::of<std::int64_t>({1}, {place})})
        .at(0);
  };
  expect_near(scatter("linear", 1), {1, 3, 1}, {1, 8, 9});
  expect_near(scatter("circular", 2), {1, 3, 1}, {9, 2, 8});
}

TEST(OnnxContrib, SkipsAreAddedBeforeTheyAreNormalised) {
  const OneNode node{.op = "SkipLayerNormalization",
                     .attributes = {{"epsilon", 0.0}},
                     .domain = "com.microsoft",
                     .outputs = 4};
  Model model =
      model_of(node, {numbers({1, 1, 2}, {1, 2}), numbers({1, 1, 2}, {0, 1}), numbers({2}, {3, 3})});
  model.graph.nodes[0].outputs = {"y0", "", "", "y3"};
  model.graph.outputs = {{"y0"}, {"y3"}};
  const std::vector<Tensor> found =
      run(model, {numbers({1, 1, 2}, {1, 2}), numbers({1, 1, 2}, {0, 1}), numbers({2}, {3, 3})});
  expect_near(found.at(0), {1, 1, 2}, {-3, 3});
  expect_near(found.at(1), {1, 1, 2}, {1, 3});
}

TEST(OnnxContrib, ActivationsOfFusedOps) {
  const OneNode node{.op = "FusedGemm",
                     .attributes = {{"activation", "LeakyRelu"}, {"activation_alpha", 0.5}},
                     .domain = "com.microsoft"};
  expect_near(run(node, {numbers({1, 1}, {2}), numbers({1, 2}, {-1, 1})}).at(0), {1, 2}, {-1, 2});
}
}  // namespace

}  // namespace tenon::onnx_models
