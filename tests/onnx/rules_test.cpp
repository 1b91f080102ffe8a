// What single ops mean where that differs between opsets or is easily mistaken. The numbers are those of
// other implementations.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onnx/model_writer.h"
#include "support/message_of.h"

namespace tenon::onnx_models {

namespace {
Tensor numbers(std::initializer_list<float> values) {
  return Tensor::of<float>({static_cast<std::int64_t>(values.size())}, values);
}
Tensor wholes(std::initializer_list<std::int64_t> values) {
  return Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
}

void expect_near(const Tensor& found, const Shape& shape, std::initializer_list<double> wanted) {
  ASSERT_EQ(found.shape(), shape);
  std::int64_t place = 0;
  for (const double value : wanted) {
    EXPECT_NEAR(found.number(place), value, 1e-5) << "element " << place;
    ++place;
  }
}

Tensor only(const OneNode& node, const std::vector<Tensor>& inputs) { return run(node, inputs).at(0); }

TEST(OnnxRules, ProductsOfVectors) {
  const Tensor v = numbers({1, 2}), m = numbers({1, 2, 3, 4, 5, 6}).reshape({2, 3});
  expect_near(only({.op = "MatMul"}, {v, m}), {3}, {9, 12, 15});
  expect_near(only({.op = "MatMul"}, {m, numbers({1, 0, 1})}), {2}, {4, 10});
  expect_near(only({.op = "MatMul"}, {v, v}), {}, {5});
  expect_near(only({.op = "MatMul"}, {m.reshape({3, 1, 2}), v}), {3, 1}, {5, 11, 17});
}

TEST(OnnxRules, FusedProductsOfTransposedBatches) {
  const OneNode node{.op = "FusedMatMul", .attributes = {{"transBatchA", 1}}, .domain = "com.microsoft"};
  const Tensor a = numbers({1, 2, 3, 4}).reshape({2, 2, 1});  // [M, batch, K]
  const Tensor b = numbers({10, 100}).reshape({2, 1, 1});
  expect_near(only(node, {a, b}), {2, 2, 1}, {10, 30, 200, 400});
}

TEST(OnnxRules, ImagesWithTheirChannelsLastHaveSuchFiltersToo) {
  const Tensor x = numbers({1, 10, 2, 20, 3, 30}).reshape({1, 1, 3, 2});
  const Tensor w = numbers({1, 1, 0, 2, 1, 0, 0, 0}).reshape({2, 1, 2, 2});  // [out, height, width, in]
  const OneNode node{.op = "NhwcConv", .domain = "com.microsoft"};
  expect_near(only(node, {x, w, numbers({0, 100})}), {1, 1, 2, 2}, {51, 101, 82, 102});
}

TEST(OnnxRules, ImagesWithTheirChannelsLastHaveFourAxes) {
  const OneNode node{.op = "NhwcConv", .domain = "com.microsoft"};
  const Tensor x = numbers({1, 2, 3}).reshape({1, 3, 1}), w = numbers({1}).reshape({1, 1, 1});
  EXPECT_THAT(message_of([&] { only(node, {x, w}); }), testing::HasSubstr("its image is f32[1, 3, 1]"));
}

TEST(OnnxRules, RunningProducts) {
  const Tensor x = numbers({1, 2, 3, 4, 5, 6}).reshape({2, 3});
  const auto along = [&](std::int64_t axis, std::vector<Attribute> attributes) {
    const OneNode node{.op = "CumProd", .attributes = attributes, .opset = 26, .constant_inputs = true};
    return only(node, {x, Tensor::scalar(axis)});
  };
  expect_near(along(1, {}), {2, 3}, {1, 2, 6, 4, 20, 120});
  expect_near(along(0, {}), {2, 3}, {1, 2, 3, 4, 10, 18});
  expect_near(along(-1, {{"exclusive", 1}}), {2, 3}, {1, 1, 2, 1, 4, 20});
  expect_near(along(1, {{"reverse", 1}}), {2, 3}, {6, 6, 3, 120, 30, 6});
  expect_near(along(1, {{"exclusive", 1}, {"reverse", 1}}), {2, 3}, {6, 3, 1, 30, 6, 1});
}

TEST(OnnxRules, RunningProductsOfNothingAndOfWholeNumbers) {
  const OneNode node{.op = "CumProd", .opset = 26, .constant_inputs = true};
  const Tensor axis = Tensor::scalar<std::int64_t>(0);
  EXPECT_EQ(only(node, {Tensor::empty(DType::f32, {0, 2}), axis}).shape(), (Shape{0, 2}));
  const Tensor y = only(node, {wholes({3, 5, -7}), axis});
  EXPECT_EQ(y.dtype(), DType::i64);
  expect_near(y, {3}, {3, 15, -105});
}

TEST(OnnxRules, GatedSwish) {
  const Tensor gate = numbers({1, -2}), value = numbers({10, 100});
  expect_near(only({.op = "SwiGLU", .opset = 28}, {gate, value}), {2}, {7.3105858, -23.840584});
  const OneNode steeper{.op = "SwiGLU", .attributes = {{"alpha", 2.0}}, .opset = 28};
  expect_near(only(steeper, {gate, value}), {2}, {8.8079708, -3.5972420});
}

TEST(OnnxRules, TransposedConvolutionsPutTheOddPlaceFirst) {
  const Tensor x = numbers({1, 2}).reshape({1, 1, 2}), w = numbers({1, 10}).reshape({1, 1, 2});
  const auto with = [&](std::vector<Attribute> attributes) {
    attributes.emplace_back("strides", Ints{2});
    return only({.op = "ConvTranspose", .attributes = attributes, .constant_inputs = true}, {x, w});
  };
  expect_near(with({}), {1, 1, 4}, {1, 10, 2, 20});
  expect_near(with({{"output_shape", Ints{3}}}), {1, 1, 3}, {10, 2, 20});
  expect_near(with({{"output_shape", Ints{3}}, {"auto_pad", "SAME_UPPER"}}), {1, 1, 3}, {1, 10, 2});
  expect_near(with({{"output_shape", Ints{5}}}), {1, 1, 5}, {1, 10, 2, 20, 0});
  expect_near(with({{"output_padding", Ints{1}}}), {1, 1, 5}, {1, 10, 2, 20, 0});
}

TEST(OnnxRules, AsinhAndAcoshOfLargeNumbers) {
  const double infinity = std::numeric_limits<double>::infinity();
  expect_near(only({.op = "Asinh"}, {numbers({1e30F, -1e30F, 0.5F})}), {3},
              {69.7706997, -69.7706997, 0.481212});
  EXPECT_EQ(only({.op = "Asinh"}, {Tensor::scalar<float>(std::numeric_limits<float>::infinity())}).number(),
            infinity);
  expect_near(only({.op = "Acosh"}, {numbers({1e30F, 1, 2})}), {3}, {69.7706997, 0, 1.316958});
}

TEST(OnnxRules, BackwardsSlicesClampAsOnnxSays) {
  const auto slice = [](std::int64_t start, std::int64_t end, std::int64_t step) {
    return only({.op = "Slice", .constant_inputs = true},
                {numbers({0, 1, 2, 3}), wholes({start}), wholes({end}), wholes({0}), wholes({step})});
  };
  expect_near(slice(-9, -20, -1), {1}, {0});
  expect_near(slice(3, INT64_MAX, -2), {2}, {3, 1});
  expect_near(slice(9, INT64_MIN, -1), {4}, {3, 2, 1, 0});
}

TEST(OnnxRules, WrappingComesAfterCropping) {
  const OneNode node{.op = "Pad", .attributes = {{"mode", "wrap"}}, .opset = 19, .constant_inputs = true};
  expect_near(only(node, {numbers({0, 1, 2}), wholes({-1, 2})}), {4}, {1, 2, 1, 2});
}

TEST(OnnxRules, MeansAndRootsOfIntegersAreTruncated) {
  const Tensor x = Tensor::of<std::int32_t>({3}, {-3, -2, -2});
  EXPECT_EQ(only({.op = "ReduceMean"}, {x}).number(), -2);
  EXPECT_EQ(only({.op = "ReduceL2"}, {x}).number(), 4);
  EXPECT_EQ(only({.op = "ReduceL2"}, {x}).dtype(), DType::i32);
}

TEST(OnnxRules, LocalResponseLooksAtNeighbouringChannels) {
  const OneNode node{.op = "LRN", .attributes = {{"size", 3}, {"alpha", 3.0}, {"beta", 1.0}}};
  const Tensor x = numbers({1, 2, 3, 4, 5, 6}).reshape({1, 3, 1, 2});  // more channels than rows
  expect_near(only(node, {x}), {1, 3, 1, 2}, {1.0 / 11, 2.0 / 21, 3.0 / 36, 4.0 / 57, 5.0 / 35, 6.0 / 53});
}

TEST(OnnxRules, GroupsHadOneScaleBeforeOpset21) {
  const Tensor x = numbers({-1, 1, -1, 1}).reshape({1, 4, 1});
  const std::vector<Attribute> groups = {{"num_groups", 2}, {"epsilon", 0.0}};
  expect_near(only({.op = "GroupNormalization", .attributes = groups, .opset = 18},
                   {x, numbers({1, 2}), numbers({0, 5})}),
              {1, 4, 1}, {-1, 1, 3, 7});
  expect_near(only({.op = "GroupNormalization", .attributes = groups, .opset = 21},
                   {x, numbers({1, 1, 2, 2}), numbers({0, 0, 5, 5})}),
              {1, 4, 1}, {-1, 1, 3, 7});
}

TEST(OnnxRules, AScaleOfALayerMayBroadcast) {
  const OneNode node{.op = "LayerNormalization", .attributes = {{"axis", 1}, {"epsilon", 0.0}}};
  expect_near(only(node, {numbers({-1, 1, -1, 1}).reshape({1, 2, 2}), numbers({3})}), {1, 2, 2},
              {-3, 3, -3, 3});
}

TEST(OnnxRules, BatchesWereNormalisedByPlaceToo) {
  const OneNode node{
      .op = "BatchNormalization", .attributes = {{"spatial", 0}, {"epsilon", 0.0}}, .opset = 7};
  const Tensor x = numbers({1, 2}).reshape({1, 1, 2}), ones = numbers({1, 1}).reshape({1, 2});
  const Tensor scale = numbers({1, 10}).reshape({1, 2}), zeros = numbers({0, 0}).reshape({1, 2});
  expect_near(only(node, {x, scale, ones, zeros, ones}), {1, 1, 2}, {2, 21});
}

TEST(OnnxRules, SlopesOfOneAChannelBeforeOpset7) {
  const Tensor x = numbers({-1, -1, -1, -1}).reshape({1, 2, 2});
  expect_near(only({.op = "PRelu", .opset = 6}, {x, numbers({2, 3})}), {1, 2, 2}, {-2, -2, -3, -3});
  expect_near(only({.op = "PRelu", .opset = 7}, {x, numbers({2, 3})}), {1, 2, 2}, {-2, -3, -2, -3});
}

TEST(OnnxRules, ANodeWithoutOutputsMakesNothing) {
  Model model = model_of({.op = "Neg"}, {numbers({1})});
  model.graph.nodes.push_back({"Split", {"x0"}, {}});
  expect_near(run(model, {numbers({1})}).at(0), {1}, {-1});
}
}  // namespace

}  // namespace tenon::onnx_models
