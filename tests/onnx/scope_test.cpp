// Names: in which order nodes stand, what they capture, and what a model may name twice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onnx/model_writer.h"
#include "support/message_of.h"

namespace tenon::onnx_models {

namespace {
using testing::ElementsAre;
using testing::HasSubstr;

const Port kX{"x", ElementType::f32, {{2}}};
const Port kTrue{"c", ElementType::boolean, {std::vector<DimText>{}}};

Tensor pair(float a, float b) { return Tensor::of<float>({2}, {a, b}); }

std::string refusal(const Model& model) {
  return message_of([&] { import(model); });
}

// A model from x to y.
Model model_with(std::vector<Node> nodes, std::vector<Initialiser> initialisers = {}) {
  return {.graph = {std::move(nodes), {kX}, {{"y"}}, std::move(initialisers)}};
}

TEST(OnnxScope, NodesMayStandInAnyOrder) {
  const Model model = model_with({{"Abs", {"b"}, {"y"}}, {"Neg", {"a"}, {"b"}}, {"Neg", {"x"}, {"a"}}});
  EXPECT_TRUE(identical(run(model, {pair(-1, 2)}).at(0), pair(1, 2)));
}

TEST(OnnxScope, ABodysCaptureIsWaitedFor) {
  const Graph body{.nodes = {{"Neg", {"late"}, {"inner"}}}, .outputs = {{"inner"}}};
  Model model = model_with(
      {{"If", {"c"}, {"y"}, {{"then_branch", body}, {"else_branch", body}}}, {"Abs", {"x"}, {"late"}}});
  model.graph.inputs.push_back(kTrue);
  EXPECT_TRUE(identical(run(model, {pair(-1, 2), Tensor::scalar(true)}).at(0), pair(-1, -2)));
}

TEST(OnnxScope, ABodyMayNameItsResultAsTheNodeDoes) {
  const Graph body{.nodes = {{"Neg", {"x"}, {"y"}}}, .outputs = {{"y"}}};
  Model model = model_with({{"If", {"c"}, {"y"}, {{"then_branch", body}, {"else_branch", body}}}});
  model.graph.inputs.push_back(kTrue);
  EXPECT_TRUE(identical(run(model, {pair(-1, 2), Tensor::scalar(true)}).at(0), pair(1, -2)));
}

TEST(OnnxScope, ACircleIsAnError) {
  const std::string message = refusal(model_with(
      {{"Add", {"x", "b"}, {"a"}, {}, {}, "first"}, {"Neg", {"a"}, {"b"}}, {"Abs", {"b"}, {"y"}}}));
  EXPECT_THAT(message, HasSubstr("'test.onnx'"));
  EXPECT_THAT(message, HasSubstr("in a circle; one of them is node 'first' (Add)"));
}

TEST(OnnxScope, ANodeThatReadsItselfIsACircle) {
  EXPECT_THAT(refusal(model_with({{"Neg", {"y"}, {"y"}}})), HasSubstr("in a circle"));
}

TEST(OnnxScope, ANameThatIsNowhereMadeIsAnError) {
  EXPECT_EQ(refusal(model_with({{"Neg", {"gone"}, {"y"}, {}, {}, "n"}})),
            "'test.onnx', node 'n' (Neg): its input 'gone' is nowhere made");
  EXPECT_EQ(refusal(model_with({})), "'test.onnx': output 'y' is nowhere made");
}

TEST(OnnxScope, ANameIsMadeOnce) {
  EXPECT_THAT(refusal(model_with({{"Neg", {"x"}, {"y"}}, {"Abs", {"x"}, {"y"}}})),
              HasSubstr("'y' is made twice"));
  EXPECT_THAT(refusal(model_with({{"Neg", {"x"}, {"x"}}})), HasSubstr("'x'"));
  EXPECT_THAT(refusal(model_with({{"Neg", {"w"}, {"w"}}}, {{"w", pair(1, 2)}})), HasSubstr("'w'"));
  EXPECT_THAT(refusal(model_with({{"Neg", {"x"}, {"y"}}}, {{"w", pair(1, 2)}, {"w", pair(1, 2)}})),
              HasSubstr("two initialisers are named 'w'"));
}

TEST(OnnxScope, InputsAndOutputsAreNamedOnce) {
  Model model = model_with({{"Neg", {"x"}, {"y"}}});
  model.graph.outputs.push_back({"y"});
  EXPECT_THAT(refusal(model), HasSubstr("two outputs are named 'y'"));
  model = model_with({{"Neg", {"x"}, {"y"}}});
  model.graph.inputs.push_back(kX);
  EXPECT_THAT(refusal(model), HasSubstr("'x'"));
}

TEST(OnnxScope, AnInitialiserThatIsAnInputTooIsAWeight) {
  const OnnxModel model = import(Model{
      .graph = {
          {{"Add", {"x", "w"}, {"y"}}}, {kX, {"w", ElementType::f32, {{2}}}}, {{"y"}}, {{"w", pair(1, 2)}}}});
  EXPECT_EQ(model.program.inputs().size(), 1U);
  ASSERT_EQ(model.weights.size(), 1U);
  EXPECT_EQ(model.weights[0].first, "w");
}

TEST(OnnxScope, AnOutputMayBeAnInputOrAnInitialiser) {
  const Model model{.graph = {{}, {kX}, {{"x"}, {"w"}}, {{"w", pair(3, 4)}}}};
  const std::vector<Tensor> outputs = run(model, {pair(1, 2)});
  EXPECT_TRUE(identical(outputs.at(0), pair(1, 2)));
  EXPECT_TRUE(identical(outputs.at(1), pair(3, 4)));
}

TEST(OnnxScope, WeightsThatNothingReadsAreNotLoaded) {
  const OnnxModel model = import(model_with({{"Neg", {"x"}, {"y"}}}, {{"unread", pair(1, 2)}}));
  EXPECT_TRUE(model.weights.empty());
}

TEST(OnnxScope, SymbolsAreTheSameWhereTheirNamesAre) {
  Model model = model_with({{"Add", {"x", "z"}, {"y"}}});
  model.graph.inputs = {{"x", ElementType::f32, {{"batch", 3}}}, {"z", ElementType::f32, {{"batch", 3}}}};
  const OnnxModel imported = import(model);
  EXPECT_EQ(to_string(imported.program.type(imported.program.outputs()[0].ref)), "f32[batch, 3]");
}

TEST(OnnxScope, OddSymbolsSayNothing) {
  for (const char* name : {"2 * N", "", "batch size", "?", "7"}) {
    Model model = model_with({{"Neg", {"x"}, {"y"}}});
    model.graph.inputs[0].dims = {{name, 3}};
    const OnnxModel imported = import(model);
    EXPECT_EQ(to_string(imported.program.type({0})), "f32[?, 3]") << name;
    EXPECT_EQ(print(parse(print(imported.program))), print(imported.program));
  }
}

TEST(OnnxScope, GivenShapesReplaceWhatTheModelSays) {
  Model model = model_with({{"Neg", {"x"}, {"y"}}});
  model.graph.inputs[0].dims = {{"N", 3}};
  const OnnxModel imported = import(write(model), {.shapes = {{"x", {4, 3}}}});
  EXPECT_EQ(to_string(imported.program.type({0})), "f32[4, 3]");
  EXPECT_THAT(message_of([&] { import(write(model), {.shapes = {{"z", {1}}}}); }),
              HasSubstr("there is no input 'z' to give a shape to"));
}

TEST(OnnxScope, InputsThatAreNoTensorsOfNumbersAreRefused) {
  Model model = model_with({{"Neg", {"x"}, {"y"}}});
  model.graph.inputs[0].kind = onnx::ValueKind::sequence;
  EXPECT_THAT(refusal(model), HasSubstr("input 'x' is no tensor"));
  model.graph.inputs[0] = {"x", ElementType::string};
  EXPECT_THAT(refusal(model), HasSubstr("input 'x' is of string"));
  model.graph.inputs[0] = {"x", ElementType::f32, std::vector<DimText>(65, 1)};
  EXPECT_THAT(refusal(model), HasSubstr("has 65 axes"));
}

TEST(OnnxScope, AllUnsupportedOpsAreListedAtOnce) {
  const Graph body{.nodes = {{"Inside", {"x"}, {"i"}}}, .outputs = {{"i"}}};
  Model model = model_with({{"First", {"x"}, {"a"}, {}, {}, "f"},
                            {"First", {"x"}, {"b"}},
                            {"Second", {"x"}, {"d"}, {}, "com.example"},
                            {"Called", {"x"}, {"e"}, {}, "local"},
                            {"If", {"c"}, {"y"}, {{"then_branch", body}, {"else_branch", body}}}});
  model.functions = {{"local", "Called", {"p"}, {"q"}, {{"InFunction", {"p"}, {"q"}}}},
                     {"local", "NeverCalled", {"p"}, {"q"}, {{"DoesNotMatter", {"p"}, {"q"}}}}};
  EXPECT_EQ(refusal(model),
            "'test.onnx': these ops are not supported:\n"
            "  First, 2 nodes, first node 'f' (First)\n"
            "  InFunction, 1 node, first the node that makes 'q' (InFunction)\n"
            "  Inside, 2 nodes, first the node that makes 'i' (Inside)\n"
            "  com.example.Second, 1 node, first the node that makes 'd' (com.example.Second)");
}

TEST(OnnxScope, AnErrorInABodyNamesBothNodes) {
  const Graph body{.nodes = {{"Neg", {"gone"}, {"i"}, {}, {}, "inner"}}, .outputs = {{"i"}}};
  Model model =
      model_with({{"If", {"c"}, {"y"}, {{"then_branch", body}, {"else_branch", body}}, {}, "outer"}});
  model.graph.inputs.push_back(kTrue);
  EXPECT_EQ(refusal(model),
            "'test.onnx', node 'outer' (If): node 'inner' (Neg): its input 'gone' is nowhere made");
}

TEST(OnnxScope, ArithmeticOnShapesIsDoneWhileImporting) {
  Model model = model_with(
      {{"Shape", {"x"}, {"s"}},
       {"Gather", {"s", "last"}, {"d"}},
       {"Mul", {"d", "two"}, {"e"}},
       {"Reshape", {"x", "e"}, {"y"}}},
      {{"last", Tensor::of<std::int64_t>({1}, {-1})}, {"two", Tensor::of<std::int64_t>({1}, {2})}});
  model.graph.inputs[0].dims = {{2, 1}};
  model.graph.nodes[2].inputs[1] = "two";
  const OnnxModel imported = import(model);
  EXPECT_EQ(to_string(imported.program.type(imported.program.outputs()[0].ref)), "f32[2]");
}

TEST(OnnxScope, LongChainsOfArithmeticAreNoTrouble) {
  std::vector<Node> nodes;
  std::string last = "one";
  for (int i = 0; i < 20000; ++i) nodes.push_back({"Neg", {std::exchange(last, cat("n", i))}, {cat("n", i)}});
  nodes.push_back({"Reshape", {"x", last}, {"y"}});
  Model model = model_with(std::move(nodes), {{"one", Tensor::of<std::int64_t>({1}, {2})}});
  model.graph.initialisers[0] = {"one", Tensor::of<std::int64_t>({1}, {2})};
  EXPECT_TRUE(identical(run(model, {pair(1, 2)}).at(0), pair(1, 2)));
}
}  // namespace

}  // namespace tenon::onnx_models
