#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nn/programs.h"
#include "op/evaluate.h"

namespace tenon::nn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> shown(const std::vector<Slot>& slots) {
  std::vector<std::string> lines;
  for (const Slot& slot : slots) lines.push_back(cat(slot.name, " ", slot.type, slot.trained ? "" : " kept"));
  return lines;
}

// The model on an input of this type, in a graph of its own.
struct Written {
  Graph graph;
  Context context;
  Value x, y;

  Written(const Module& model, const Type& type, bool training = false)
      : context(graph, training), x(graph.input("x", type)), y(model(context, x)) {
    graph.output("y", y);
  }
};

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Modules, ParametersAreNamedByTheirPlaceAndSizedByTheirInput) {
  const Sequential net{Flatten{}, Linear{16}, Relu{}, Linear{16, 10}};
  const Written written(net, {DType::f32, {"N", 4, 6}});
  EXPECT_THAT(shown(written.context.slots()),
              ElementsAre("layers.1.weight f32[24, 16]", "layers.1.bias f32[16]",
                          "layers.3.weight f32[16, 10]", "layers.3.bias f32[10]"));
  EXPECT_EQ(to_string(written.y.type()), "f32[N, 10]");
}

TEST(Modules, ALayerLabelsTheNodesItWrites) {
  const Written written(Sequential{Relu{}, Linear{3}}, {DType::f32, {"N", 4}});
  EXPECT_EQ(describe(written.graph.node(written.y.ref())), "linear 'layers.1'");
  EXPECT_EQ(written.graph.label(), "");
}

TEST(Modules, AWrongInputSizeNamesTheLayer) {
  EXPECT_THAT(message_of([] { Written(Sequential{Linear{5, 3}}, {DType::f32, {"N", 4}}); }),
              HasSubstr("layer 'layers.0' takes 5 features and was given f32[N, 4]"));
}

TEST(Modules, ASizeThatIsNotKnownNamesTheLayer) {
  EXPECT_THAT(message_of([] { Written(Sequential{Linear{3}}, {DType::f32, {2, "width"}}); }),
              HasSubstr("layer 'layers.0': axis -1 of its input, f32[2, width], must be known"));
}

TEST(Modules, ALinearLayerWithoutBiasHasNone) {
  const Written written(Linear{3, {.bias = false}}, {DType::f32, {"N", 4}});
  EXPECT_THAT(shown(written.context.slots()), ElementsAre("weight f32[4, 3]"));
}

TEST(Modules, BatchNormKeepsStatisticsThatNoOptimiserTrains) {
  const Written written(BatchNorm{}, {DType::f32, {"N", 3, 8}});
  EXPECT_THAT(
      shown(written.context.slots()),
      ElementsAre("weight f32[3]", "bias f32[3]", "running_mean f32[3] kept", "running_var f32[3] kept"));
}

TEST(Modules, BatchNormMovesItsStatisticsTowardsTheBatch) {
  const Written written(BatchNorm{.momentum = 0.25}, {DType::f32, {"N", 2}}, true);
  Graph graph = written.graph.clone();
  for (const auto& [name, value] : written.context.updates()) graph.output(name, graph.value(value.ref()));
  const Tensor two = Tensor::full(DType::f32, {2}, 2);
  const Tensor ones = Tensor::full(DType::f32, {2}, 1);
  const Evaluation run =
      evaluate_named(graph, {{"x", Tensor::of<float>({2, 2}, {1, 10, 3, 30})}},
                     {{"weight", ones}, {"bias", ones}, {"running_mean", two}, {"running_var", two}});
  EXPECT_THAT(run.outputs[1].as<float>(), ElementsAre(0.75f * 2 + 0.25f * 2, 0.75f * 2 + 0.25f * 20));
  EXPECT_THAT(run.outputs[2].as<float>(), ElementsAre(0.75f * 2 + 0.25f * 1, 0.75f * 2 + 0.25f * 100));
}

TEST(Modules, NormsAndEmbeddingHaveTheirParameters) {
  const Sequential net{Embedding{100, 8}, LayerNorm{}, RmsNorm{}, GroupNorm{.groups = 2}};
  const Written written(net, {DType::i32, {"N", 6}});
  EXPECT_THAT(shown(written.context.slots()),
              ElementsAre("layers.0.weight f32[100, 8]", "layers.1.weight f32[8]", "layers.1.bias f32[8]",
                          "layers.2.weight f32[8]", "layers.3.weight f32[6]", "layers.3.bias f32[6]"));
}

TEST(Modules, AConvolutionTakesItsChannelsFromTheImage) {
  const Sequential net{Conv{8, 3},      Relu{},
                       MaxPool{2},      Conv{.out = 4, .kernel = {3, 5}, .same = true, .groups = 2},
                       AvgPool{{1, 2}}, GlobalAvgPool{}};
  const Written written(net, {DType::f32, {"N", 3, 10, 14}});
  EXPECT_THAT(shown(written.context.slots()),
              ElementsAre("layers.0.weight f32[8, 3, 3, 3]", "layers.0.bias f32[8]",
                          "layers.3.weight f32[4, 4, 3, 5]", "layers.3.bias f32[4]"));
  EXPECT_EQ(to_string(written.y.type()), "f32[N, 4]");
}

TEST(Modules, SamePaddingKeepsTheSize) {
  const Module layer = Conv{.out = 2, .kernel = 4, .same = true, .dilations = 2};
  EXPECT_EQ(to_string(Written(layer, {DType::f32, {"N", 1, 9}}).y.type()), "f32[N, 2, 9]");
  EXPECT_EQ(to_string(Written(layer, {DType::f32, {"N", 1, 9, 7, 8}}).y.type()), "f32[N, 2, 9, 7, 8]");
}

TEST(Modules, WhatIsNoImageIsRefused) {
  EXPECT_THAT(message_of([] { Written(Conv{2, 3}, {DType::f32, {"N", 4}}); }),
              HasSubstr("takes images of shape"));
  EXPECT_THAT(message_of([] { Written(Conv{2, {3, 3}}, {DType::f32, {"N", 4, 9}}); }),
              HasSubstr("sizes [3, 3] are for 2 spatial axes, and there are 1"));
  EXPECT_THAT(
      message_of([] { Written(Conv{.out = 2, .kernel = 1, .groups = 3}, {DType::f32, {"N", 4, 9}}); }),
      HasSubstr("cannot be divided among 3 groups"));
}

TEST(Modules, DropoutHasAStreamForEachLayerAndNoneWhenNotTraining) {
  const Sequential net{Dropout{0.25}, Dropout{0.5}};
  const Written training(net, {DType::f32, {"N", 4}}, true);
  const Node& last = training.graph.node(training.y.ref());
  EXPECT_EQ(last.attrs.integer("stream"), 1);
  EXPECT_EQ(last.attrs.number("rate"), 0.5);
  EXPECT_TRUE(training.graph.find_input(kKeyInput).has_value());
  const Written evaluating(net, {DType::f32, {"N", 4}});
  EXPECT_EQ(evaluating.y, evaluating.x);
}

TEST(Modules, BranchesOfAModelOfOnesOwnAreNamedByTheirCalls) {
  const Module model = [](Context& context, Value a, Value b) {
    const Value left = context.call("left", Linear{4}, a);
    return left + context.call("right", Linear{4}, b);
  };
  Graph graph;
  Context context(graph);
  const Value inputs[] = {graph.input("a", {DType::f32, {"N", 2}}), graph.input("b", {DType::f32, {"N", 3}})};
  const std::vector<Value> outputs = model(context, inputs);
  EXPECT_EQ(outputs.size(), 1);
  EXPECT_THAT(shown(context.slots()), ElementsAre("left.weight f32[2, 4]", "left.bias f32[4]",
                                                  "right.weight f32[3, 4]", "right.bias f32[4]"));
}

TEST(Modules, ASpanOfValuesMayComeAndGo) {
  const Module halves = [](Context&, std::span<const Value> x) -> std::vector<Value> { return {x[0], x[0]}; };
  Graph graph;
  Context context(graph);
  const Value x = graph.input("x", {DType::f32, {2}});
  EXPECT_EQ(halves(context, {&x, 1}).size(), 2);
  EXPECT_THAT(message_of([&] { halves(context, x); }), HasSubstr("has 2 outputs where one is wanted"));
}

TEST(Modules, TheWrongNumberOfInputsIsSaid) {
  const Module model = Relu{};
  Graph graph;
  Context context(graph);
  const Value x = graph.input("x", {DType::f32, {2}});
  const Value both[] = {x, x};
  EXPECT_THAT(message_of([&] { model(context, both); }), HasSubstr("the module takes 1 inputs, not 2"));
}

TEST(Modules, ParametersAreSharedOnPurposeOnly) {
  const Module twice = [](Context& context, Value x) {
    const Module layer = Linear{4};
    return context.call_again("layer", layer, context.call("layer", layer, x));
  };
  EXPECT_EQ(Written(twice, {DType::f32, {"N", 4}}).context.slots().size(), 2);
  const Module clash = [](Context& context, Value x) {
    return context.call("layer", Linear{4}, context.call("layer", Linear{4}, x));
  };
  EXPECT_THAT(message_of([&] { Written(clash, {DType::f32, {"N", 4}}); }),
              HasSubstr("two layers are named 'layer'"));
}

TEST(Modules, ASharedNestOfLayersIsSharedWhole) {
  const Module twice = [](Context& context, Value x) {
    const Module block = Sequential{Linear{4}, Relu{}, Linear{4}};
    return context.call_again("block", block, context.call("block", block, x));
  };
  EXPECT_EQ(Written(twice, {DType::f32, {"N", 4}}).context.slots().size(), 4);
}

TEST(Modules, NamesOfTheTrainingStepAreRefused) {
  const Module model = [](Context& context, Value x) { return context.call("optim", Linear{4}, x); };
  EXPECT_THAT(message_of([&] { Written(model, {DType::f32, {"N", 4}}); }), HasSubstr("kept for training"));
}

TEST(Preparation, BytesAreScaledToOneByThemselves) {
  Graph graph;
  Context context(graph);
  graph.output("y", Preparation{}(context, graph.input("x", {DType::u8, {"N"}})));
  const Evaluation run = evaluate_named(graph, {{"x", Tensor::of<std::uint8_t>({3}, {0, 51, 255})}});
  EXPECT_THAT(run.outputs[0].as<float>(), ElementsAre(0, 51 * (1 / 255.0f), 1));
}

TEST(Preparation, FloatsAndIdsStayAsTheyAre) {
  Graph graph;
  Context context(graph);
  const Value floats = graph.input("x", {DType::f32, {"N"}});
  const Value ids = graph.input("ids", {DType::i32, {"N"}});
  EXPECT_EQ(Preparation{}(context, floats), floats);
  EXPECT_EQ(Preparation{}(context, ids), ids);
}

TEST(Preparation, ChannelsHaveMeansAndDeviationsOfTheirOwn) {
  Graph graph;
  Context context(graph);
  const Preparation preparation{.scale = 0.5, .mean = {1, 2}, .deviation = {2, 4}};
  graph.output("y", preparation(context, graph.input("x", {DType::u8, {"N", 2, 1, 2}})));
  const Evaluation run =
      evaluate_named(graph, {{"x", Tensor::of<std::uint8_t>({1, 2, 1, 2}, {2, 6, 4, 20})}});
  EXPECT_THAT(run.outputs[0].as<float>(), ElementsAre(0, 1, 0, 2));
}

}  // namespace
}  // namespace tenon::nn
