// If, Loop and Scan.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onnx/model_writer.h"
#include "support/message_of.h"

namespace tenon::onnx_models {

namespace {
using testing::HasSubstr;

Tensor numbers(std::initializer_list<float> values) {
  return Tensor::of<float>({static_cast<std::int64_t>(values.size())}, values);
}
Tensor whole(std::int64_t value) { return Tensor::scalar(value); }

bool has(const OnnxModel& model, Op op) {
  for (const tenon::Node& node : model.program.nodes())
    if (node.op == op) return true;
  return false;
}

const Port kTrips{"m", ElementType::i64, {std::vector<DimText>{}}};
const Port kCondition{"c", ElementType::boolean, {std::vector<DimText>{}}};
const Port kX{"x", ElementType::f32, {{1}}};

// v' = v + x, and v' of each turn.
Graph adding() {
  return {
      .nodes = {{"Identity", {"on"}, {"on_out"}}, {"Add", {"v", "x"}, {"v_out"}}, {"Neg", {"v_out"}, {"s"}}},
      .inputs = {{"i", ElementType::i64}, {"on", ElementType::boolean}, {"v"}},
      .outputs = {{"on_out"}, {"v_out"}, {"s"}}};
}

Model loop_of(const Graph& body, std::vector<std::string> inputs,
              std::vector<Initialiser> initialisers = {}) {
  Graph graph{.nodes = {{"Loop", std::move(inputs), {"y", "stacked"}, {{"body", body}}}},
              .inputs = {kX},
              .outputs = {{"y"}, {"stacked"}},
              .initialisers = std::move(initialisers)};
  return {.graph = std::move(graph)};
}

TEST(OnnxLoop, OfKnownTurnsIsAScan) {
  const Model model = loop_of(adding(), {"m", "", "x"}, {{"m", whole(3)}});
  const OnnxModel imported = import(model);
  EXPECT_TRUE(has(imported, Op::scan));
  EXPECT_FALSE(has(imported, Op::loop));
  EXPECT_EQ(to_string(imported.program.type(imported.program.outputs()[1].ref)), "f32[3, 1]");
  const std::vector<Tensor> found = run(model, {numbers({2})});
  EXPECT_TRUE(identical(found.at(0), numbers({8})));
  EXPECT_TRUE(identical(found.at(1), numbers({-4, -6, -8}).reshape({3, 1})));
}

TEST(OnnxLoop, OfTurnsThatAShapeSaysIsAScan) {
  Model model = loop_of(adding(), {"m", "", "x"});
  model.graph.nodes.insert(model.graph.nodes.begin(), {"Size", {"z"}, {"m"}});
  model.graph.inputs.push_back({"z", ElementType::f32, {{"N"}}});
  EXPECT_TRUE(has(import(model), Op::scan));
  EXPECT_TRUE(identical(run(model, {numbers({1}), numbers({7, 7})}).at(0), numbers({3})));
}

TEST(OnnxLoop, OfTurnsThatAnInputSays) {
  Model model = loop_of(adding(), {"m", "", "x"});
  model.graph.inputs.push_back(kTrips);
  const std::vector<Tensor> found = run(model, {numbers({1}), whole(2)});
  EXPECT_TRUE(identical(found.at(0), numbers({3})));
  EXPECT_TRUE(identical(found.at(1), numbers({-2, -3}).reshape({2, 1})));
  EXPECT_EQ(run(model, {numbers({1}), whole(0)}).at(1).shape(), (Shape{0, 1}));
}

TEST(OnnxLoop, WithoutTurnsKeepsWhatItCarries) {
  for (const std::int64_t turns : {0, -4}) {
    const Model model = loop_of(adding(), {"m", "", "x"}, {{"m", whole(turns)}});
    EXPECT_TRUE(identical(run(model, {numbers({5})}).at(0), numbers({5}))) << turns;
  }
}

TEST(OnnxLoop, DoesNotStartWhereItsConditionIsFalse) {
  Model model = loop_of(adding(), {"m", "c", "x"}, {{"m", whole(3)}});
  model.graph.inputs.push_back(kCondition);
  EXPECT_TRUE(identical(run(model, {numbers({5}), Tensor::scalar(false)}).at(0), numbers({5})));
  EXPECT_TRUE(identical(run(model, {numbers({5}), Tensor::scalar(true)}).at(0), numbers({20})));
}

TEST(OnnxLoop, EndsWhenItsConditionDoes) {
  Graph body = adding();
  body.nodes[0] = {"Less", {"v_out", "limit"}, {"on_out"}};
  const Model model = loop_of(body, {"", "", "x"}, {{"limit", Tensor::of<float>({1}, {5})}});
  EXPECT_TRUE(identical(run(model, {numbers({2})}).at(0), numbers({6})));
}

TEST(OnnxLoop, MayCarryWhatGrows) {
  Graph body = adding();
  body.nodes[1] = {"Concat", {"v", "x"}, {"v_out"}, {{"axis", 0}}};
  body.outputs.pop_back();
  Model model = loop_of(body, {"m", "", "x"});
  model.graph.inputs.push_back(kTrips);
  model.graph.nodes[0].outputs.pop_back();
  model.graph.outputs.pop_back();
  EXPECT_TRUE(identical(run(model, {numbers({3}), whole(2)}).at(0), numbers({3, 3, 3})));
}

TEST(OnnxLoop, LetsASequenceGrowWhereItsTurnsAreKnown) {
  Graph body = adding();
  body.nodes[1] = {"SequenceInsert", {"v", "x"}, {"v_out"}};
  body.nodes.pop_back();
  body.outputs.pop_back();
  Model model = loop_of(body, {"m", "", "empty"}, {{"m", whole(3)}});
  model.graph.nodes[0].outputs = {"list"};
  model.graph.nodes.push_back({"SequenceEmpty", {}, {"empty"}});
  model.graph.nodes.push_back({"ConcatFromSequence", {"list"}, {"y"}, {{"axis", 0}}});
  model.graph.outputs.pop_back();
  EXPECT_TRUE(identical(run(model, {numbers({4})}).at(0), numbers({4, 4, 4})));

  model.graph.initialisers.clear();
  model.graph.inputs.push_back(kTrips);
  EXPECT_THAT(message_of([&] { import(model); }), HasSubstr("needs a number of turns that is known"));
}

TEST(OnnxLoop, SaysWhatIsWrongWithItsBody) {
  Graph body = adding();
  body.inputs.pop_back();
  EXPECT_THAT(message_of([&] { import(loop_of(body, {"m", "", "x"}, {{"m", whole(3)}})); }),
              HasSubstr("its body takes 2 inputs, not 3"));
  body = adding();
  body.nodes[1] = {"Cast", {"v"}, {"v_out"}, {{"to", 7}}};
  EXPECT_THAT(message_of([&] { import(loop_of(body, {"m", "", "x"}, {{"m", whole(3)}})); }),
              HasSubstr("carried value 0 is f32[1], and a turn makes it i64[1]"));
}

// s' = s + a, and s' of each turn.
Graph summing() {
  return {.nodes = {{"Add", {"s", "a"}, {"s_out"}}, {"Identity", {"s_out"}, {"each"}}},
          .inputs = {{"s"}, {"a"}},
          .outputs = {{"s_out"}, {"each"}}};
}

std::vector<Tensor> scanned(std::vector<Attribute> attributes, const Tensor& s, const Tensor& a) {
  attributes.emplace_back("body", summing());
  attributes.emplace_back("num_scan_inputs", 1);
  return run({.op = "Scan", .attributes = attributes, .opset = 11, .outputs = 2}, {s, a});
}

TEST(OnnxScan, RunsOverAnAxisInADirection) {
  const Tensor s = numbers({0, 0});
  const Tensor rows = Tensor::of<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  EXPECT_TRUE(identical(scanned({}, s, rows).at(1), Tensor::of<float>({3, 2}, {1, 2, 4, 6, 9, 12})));
  EXPECT_TRUE(identical(scanned({{"scan_input_directions", Ints{1}}}, s, rows).at(1),
                        Tensor::of<float>({3, 2}, {5, 6, 8, 10, 9, 12})));
  EXPECT_TRUE(identical(
      scanned({{"scan_input_directions", Ints{1}}, {"scan_output_directions", Ints{1}}}, s, rows).at(1),
      Tensor::of<float>({3, 2}, {9, 12, 8, 10, 5, 6})));
  EXPECT_TRUE(identical(scanned({{"scan_output_axes", Ints{-1}}}, s, rows).at(1),
                        Tensor::of<float>({2, 3}, {1, 4, 9, 2, 6, 12})));
  EXPECT_TRUE(identical(scanned({{"scan_input_axes", Ints{1}}}, numbers({0, 0, 0}), rows).at(0),
                        numbers({3, 7, 11})));
}

TEST(OnnxScan, RanOverBatchesInOpset8) {
  const std::vector<Tensor> found = run(
      {.op = "Scan", .attributes = {{"body", summing()}, {"num_scan_inputs", 1}}, .opset = 8, .outputs = 2},
      {Tensor(), numbers({0, 10}).reshape({2, 1}), numbers({1, 2, 3, 4}).reshape({2, 2, 1})});
  EXPECT_TRUE(identical(found.at(0), numbers({3, 17}).reshape({2, 1})));
  EXPECT_TRUE(identical(found.at(1), numbers({1, 3, 13, 17}).reshape({2, 2, 1})));
}

Graph branch(const char* op) { return {.nodes = {{op, {"x"}, {"b"}}}, .outputs = {{"b"}}}; }

TEST(OnnxIf, OfAKnownConditionIsOneBranch) {
  const Model model{
      .graph = {
          .nodes = {{"If", {"c"}, {"y"}, {{"then_branch", branch("Neg")}, {"else_branch", branch("Abs")}}}},
          .inputs = {kX},
          .outputs = {{"y"}},
          .initialisers = {{"c", Tensor::scalar(false)}}}};
  EXPECT_FALSE(has(import(model), Op::if_else));
  EXPECT_TRUE(identical(run(model, {numbers({-3})}).at(0), numbers({3})));
}

TEST(OnnxIf, MayReturnDifferentShapes) {
  const Graph twice{.nodes = {{"Concat", {"x", "x"}, {"b"}, {{"axis", 0}}}}, .outputs = {{"b"}}};
  const Model model{
      .graph = {.nodes = {{"If", {"c"}, {"y"}, {{"then_branch", twice}, {"else_branch", branch("Neg")}}}},
                .inputs = {kX, kCondition},
                .outputs = {{"y"}}}};
  EXPECT_TRUE(identical(run(model, {numbers({3}), Tensor::scalar(true)}).at(0), numbers({3, 3})));
  EXPECT_TRUE(identical(run(model, {numbers({3}), Tensor::scalar(false)}).at(0), numbers({-3})));
}

TEST(OnnxIf, BodiesWithinBodiesCaptureFromAllAround) {
  const Graph inner{.nodes = {{"Add", {"x", "w"}, {"b"}}}, .outputs = {{"b"}}};
  const Graph outer{.nodes = {{"Mul", {"x", "x"}, {"w"}},
                              {"If", {"c"}, {"o"}, {{"then_branch", inner}, {"else_branch", branch("Neg")}}}},
                    .outputs = {{"o"}}};
  const Model model{
      .graph = {.nodes = {{"If", {"c"}, {"y"}, {{"then_branch", outer}, {"else_branch", branch("Abs")}}}},
                .inputs = {kX, kCondition},
                .outputs = {{"y"}}}};
  EXPECT_TRUE(identical(run(model, {numbers({3}), Tensor::scalar(true)}).at(0), numbers({12})));
}
}  // namespace

}  // namespace tenon::onnx_models
