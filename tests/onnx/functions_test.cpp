// Functions of a model: written out where they are called.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onnx/model_writer.h"
#include "support/message_of.h"

namespace tenon::onnx_models {

namespace {
using testing::HasSubstr;

Tensor pair(float a, float b) { return Tensor::of<float>({2}, {a, b}); }

// y = calls on x.
Model calling(std::vector<Node> nodes, std::vector<Function> functions) {
  return {.graph = {std::move(nodes), {{"x", ElementType::f32, {{2}}}}, {{"y"}}},
          .opsets = {{"local", 1}},
          .functions = std::move(functions)};
}

Function leaky(std::vector<onnx_models::Attribute> defaults = {}) {
  return {"local",
          "Leaky",
          {"a"},
          {"b"},
          {{"LeakyRelu", {"a"}, {"b"}, {{"alpha", FromCall{"slope", AttributeKind::number}}}}},
          std::move(defaults)};
}

std::string refusal(const Model& model) {
  return message_of([&] { import(model); });
}

TEST(OnnxFunctions, TakeAttributesOfTheCall) {
  const Model model = calling({{"Leaky", {"x"}, {"y"}, {{"slope", 0.5}}, "local"}}, {leaky()});
  EXPECT_TRUE(identical(run(model, {pair(-2, 2)}).at(0), pair(-1, 2)));
}

TEST(OnnxFunctions, TakeTheirOwnDefaults) {
  const Model model = calling({{"Leaky", {"x"}, {"y"}, {}, "local"}}, {leaky({{"slope", 0.25}})});
  EXPECT_TRUE(identical(run(model, {pair(-4, 2)}).at(0), pair(-1, 2)));
}

TEST(OnnxFunctions, AnAttributeThatNeitherGivesIsTheOpsDefault) {
  const Model model = calling({{"Leaky", {"x"}, {"y"}, {}, "local"}}, {leaky()});
  EXPECT_FLOAT_EQ(static_cast<float>(run(model, {pair(-100, 2)}).at(0).number()), -1);
}

TEST(OnnxFunctions, HandAttributesOn) {
  const Function outer{"local",
                       "Outer",
                       {"a"},
                       {"b"},
                       {{"Leaky", {"a"}, {"b"}, {{"slope", FromCall{"s", AttributeKind::number}}}, "local"}}};
  const Model model = calling({{"Outer", {"x"}, {"y"}, {{"s", 0.5}}, "local"}}, {leaky(), outer});
  EXPECT_TRUE(identical(run(model, {pair(-2, 2)}).at(0), pair(-1, 2)));
}

TEST(OnnxFunctions, HandAttributesIntoBodies) {
  const Graph body{
      .nodes = {{"LeakyRelu", {"a"}, {"i"}, {{"alpha", FromCall{"slope", AttributeKind::number}}}}},
      .outputs = {{"i"}}};
  const Function choosing{"local",
                          "Choosing",
                          {"a", "c"},
                          {"b"},
                          {{"If", {"c"}, {"b"}, {{"then_branch", body}, {"else_branch", body}}}}};
  Model model = calling({{"Choosing", {"x", "c"}, {"y"}, {{"slope", 0.5}}, "local"}}, {choosing});
  model.graph.inputs.push_back({"c", ElementType::boolean, {std::vector<DimText>{}}});
  EXPECT_TRUE(identical(run(model, {pair(-2, 2), Tensor::scalar(false)}).at(0), pair(-1, 2)));
}

TEST(OnnxFunctions, SeeNothingOfTheGraphAround) {
  const Function peeping{"local", "Peeping", {"a"}, {"b"}, {{"Add", {"a", "x"}, {"b"}}}};
  EXPECT_THAT(refusal(calling({{"Peeping", {"x"}, {"y"}, {}, "local"}}, {peeping})),
              HasSubstr("its input 'x' is nowhere made"));
}

TEST(OnnxFunctions, InputsAndOutputsMayBeLeftOut) {
  const Function clipping{"local",
                          "Clipping",
                          {"a", "least"},
                          {"b", "unused"},
                          {{"Clip", {"a", "least"}, {"b"}}, {"Neg", {"a"}, {"unused"}}}};
  const Model model = calling({{"Clipping", {"x", ""}, {"y"}, {}, "local"}}, {clipping});
  EXPECT_THAT(message_of([&] { import(model); }), HasSubstr("nowhere made"));
  const Model whole = calling({{"Clipping", {"x", "x"}, {"y"}, {}, "local"}}, {clipping});
  EXPECT_TRUE(identical(run(whole, {pair(-2, 2)}).at(0), pair(-2, 2)));
}

TEST(OnnxFunctions, UseTheirOwnOpset) {
  // Before opset 13 all axes from the first one on were one.
  Function softmax{"local", "S", {"a"}, {"b"}, {{"Softmax", {"a"}, {"b"}, {{"axis", 0}}}}};
  Model model = calling({{"S", {"x"}, {"y"}, {}, "local"}}, {softmax});
  model.graph.inputs[0].dims = {{1, 2}};
  EXPECT_EQ(run(model, {pair(0, 0).reshape({1, 2})}).at(0).number(), 1);
  model.functions[0].opset = 12;
  EXPECT_EQ(run(model, {pair(0, 0).reshape({1, 2})}).at(0).number(), 0.5);
}

TEST(OnnxFunctions, CallsShareTheWeightsOfTheBody) {
  const Function shifting{"local",
                          "Shift",
                          {"a"},
                          {"b"},
                          {{"Constant", {}, {"w"}, {{"value", pair(1, 2)}}}, {"Add", {"a", "w"}, {"b"}}}};
  const Model model =
      calling({{"Shift", {"x"}, {"m"}, {}, "local"}, {"Shift", {"m"}, {"y"}, {}, "local"}}, {shifting});
  EXPECT_EQ(import(model).weights.size(), 1U);
  EXPECT_TRUE(identical(run(model, {pair(0, 0)}).at(0), pair(2, 4)));
}

TEST(OnnxFunctions, ThatCallThemselvesAreRefused) {
  const Function endless{"local", "Endless", {"a"}, {"b"}, {{"Endless", {"a"}, {"b"}, {}, "local"}}};
  const std::string message = refusal(calling({{"Endless", {"x"}, {"y"}, {}, "local"}}, {endless}));
  EXPECT_THAT(message, HasSubstr("nested 64 deep"));
  EXPECT_LT(message.size(), 5000U);
}

// Each calls the one before it twice: 2^40 nodes out of a file of a few kilobytes.
TEST(OnnxFunctions, ThatUnfoldWithoutEndAreRefused) {
  std::vector<Function> functions{{"local", "F0", {"a"}, {"b"}, {{"Neg", {"a"}, {"b"}}}}};
  for (int i = 1; i <= 40; ++i) {
    const std::string below = cat("F", i - 1);
    functions.push_back({"local",
                         cat("F", i),
                         {"a"},
                         {"b"},
                         {{below, {"a"}, {"m"}, {}, "local"}, {below, {"m"}, {"b"}, {}, "local"}}});
  }
  EXPECT_THAT(refusal(calling({{"F40", {"x"}, {"y"}, {}, "local"}}, functions)),
              HasSubstr("more memory than a model of"));
}

TEST(OnnxFunctions, AreCalledWithNoMoreInputsThanTheyTake) {
  EXPECT_THAT(refusal(calling({{"Leaky", {"x", "x"}, {"y"}, {}, "local"}}, {leaky()})),
              HasSubstr("function Leaky takes 1 inputs, not 2"));
}

TEST(OnnxFunctions, AnAttributeOfAnotherKindIsAnError) {
  EXPECT_THAT(refusal(calling({{"Leaky", {"x"}, {"y"}, {{"slope", "steep"}}, "local"}}, {leaky()})),
              HasSubstr("its attribute 'alpha' is of the wrong kind"));
}
}  // namespace

}  // namespace tenon::onnx_models
