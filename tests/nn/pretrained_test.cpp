// A program with weights as a layer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "op/evaluate.h"
#include "tenon/nn.h"

namespace tenon::nn {
namespace {

using ::testing::HasSubstr;

struct Net {
  std::shared_ptr<const Graph> program;
  NamedTensors weights;
};

// conv, batch norm, relu, global mean, linear, softmax; 3 classes.
Net net() {
  Graph graph;
  NamedTensors weights;
  const auto weight = [&](const std::string& name, Shape shape, double value) {
    weights.emplace_back(name, Tensor::full(DType::f32, shape, value));
    return graph.state(name, Type::of(DType::f32, shape));
  };
  Value x = graph.input("x", {DType::f32, {"N", 2, 4, 4}});
  x = conv(x, weight("conv.w", {5, 2, 3, 3}, 0.1));
  x = batch_norm(x, weight("bn.scale", {5}, 2), weight("bn.bias", {5}, 1), weight("bn.mean", {5}, 0.5),
                 weight("bn.var", {5}, 4));
  x = reduce_mean(relu(x), {2, 3});
  graph.output("y", softmax(linear(x, weight("fc.w", {5, 3}, 0.2), weight("fc.b", {3}, 0))));
  return {std::make_shared<const Graph>(std::move(graph)), weights};
}

struct Written {
  Graph graph;
  std::vector<Slot> slots;
  std::vector<std::string> updated;
};

Written write(const Pretrained& layer, bool training) {
  Written written;
  Context context(written.graph, training);
  const Value x = written.graph.input("x", {DType::f32, {"N", 2, 4, 4}});
  written.graph.output("y", context.call("net", layer, x));
  written.slots = context.slots();
  for (const auto& [name, value] : context.updates()) written.updated.push_back(name);
  return written;
}

const Slot& slot(const Written& written, std::string_view name) {
  return *std::ranges::find(written.slots, name, &Slot::name);
}

bool has(const Graph& graph, Op op) {
  return std::ranges::find(graph.nodes(), op, &Node::op) != graph.nodes().end();
}

TensorMap states(const Written& written) {
  TensorMap states;
  for (const Slot& each : written.slots) states[each.name] = each.init({each.type, each.name, 1});
  return states;
}

TEST(PretrainedLayer, AnswersAsItsProgram) {
  const Net from = net();
  const Tensor x = Tensor::full(DType::f32, {2, 2, 4, 4}, 0.75);
  const Written written = write({from.program, from.weights}, false);
  TensorMap own;
  for (const auto& [name, tensor] : from.weights) own[name] = tensor;
  EXPECT_TRUE(identical(evaluate(written.graph, {x}, states(written)).outputs[0],
                        evaluate(*from.program, {x}, own).outputs[0]));
}

TEST(PretrainedLayer, TrainsItsWeightsButNoStatistic) {
  const Net from = net();
  const Written written = write({from.program, from.weights}, true);
  EXPECT_TRUE(slot(written, "net.conv.w").trained);
  EXPECT_TRUE(slot(written, "net.bn.scale").trained);
  EXPECT_FALSE(slot(written, "net.bn.mean").trained);
  EXPECT_TRUE(has(written.graph, Op::batch_norm_train));
  EXPECT_THAT(written.updated, ::testing::UnorderedElementsAre("net.bn.mean", "net.bn.var"));
}

TEST(PretrainedLayer, KeepsWhatIsFrozen) {
  const Net from = net();
  const Written written = write({from.program, from.weights, 0, {"conv*", "bn.*"}}, true);
  EXPECT_FALSE(slot(written, "net.conv.w").trained);
  EXPECT_FALSE(slot(written, "net.bn.scale").trained);
  EXPECT_TRUE(slot(written, "net.fc.w").trained);
  EXPECT_FALSE(has(written.graph, Op::batch_norm_train));
  EXPECT_TRUE(written.updated.empty());
}

TEST(PretrainedLayer, DrawsByTheKeyOfTheStepWhereItTrains) {
  Graph program("model");
  const Value x = program.input("x", {DType::f32, {"N", 4}});
  const Value key = program.input(std::string(kRandomKeyInput), {DType::u64, {2}});
  program.output("y", x * random_uniform_like(key, x, 0));
  const Pretrained layer{std::make_shared<const Graph>(std::move(program)), {}};
  EXPECT_TRUE(write(layer, true).graph.find_input(kKeyInput).has_value());
  EXPECT_FALSE(write(layer, false).graph.find_input(kKeyInput).has_value());
}

TEST(PretrainedLayer, GetsANewHead) {
  const Net from = net();
  const Written written = write({from.program, from.weights, 7}, true);
  EXPECT_EQ(written.graph.type(written.graph.outputs()[0].ref).dims[1], Dim(7));
  EXPECT_EQ(slot(written, "net.head.weight").type.shape(), (Shape{5, 7}));
  EXPECT_EQ(std::ranges::find(written.slots, "net.fc.w", &Slot::name), written.slots.end());
  EXPECT_FALSE(has(written.graph, Op::softmax));
}

TEST(PretrainedLayer, SaysWhatItCannot) {
  const Net from = net();
  try {
    write({from.program, from.weights, 0, {"none*"}}, true);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("'none*'"));
  }
  Graph graph;
  graph.output("y", relu(graph.input("x", {DType::f32, {"N", 2, 4, 4}})));
  try {
    write({std::make_shared<const Graph>(std::move(graph)), {}, 3}, true);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("no linear layer"));
  }
}

}  // namespace
}  // namespace tenon::nn
