// The wire form: what a file says, and files that lie.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>

#include "onnx/model_writer.h"
#include "onnx/read.h"
#include "support/message_of.h"

namespace tenon::onnx_models {

namespace {
using testing::ElementsAre;
using testing::HasSubstr;

onnx::ModelDef read(std::string& bytes) {
  return onnx::read_model(std::as_writable_bytes(std::span(bytes)), "test.onnx", nullptr);
}

std::string refusal(std::string bytes) {
  return message_of([&] { read(bytes); });
}

Model relu_model() {
  return {.graph = {.nodes = {{"Relu", {"x"}, {"y"}, {}, {}, "first"}},
                    .inputs = {{"x", ElementType::f32, {{2, "N", ""}}}},
                    .outputs = {{"y"}}}};
}

TEST(OnnxReading, SaysNodesValuesAndOpsets) {
  std::string bytes = write(relu_model());
  const onnx::ModelDef model = read(bytes);
  EXPECT_EQ(model.opsets.at(""), 17);
  ASSERT_EQ(model.graph.nodes.size(), 1U);
  const onnx::NodeDef& node = model.graph.nodes[0];
  EXPECT_EQ(node.op, "Relu");
  EXPECT_EQ(node.name, "first");
  EXPECT_THAT(node.inputs, ElementsAre("x"));
  EXPECT_THAT(node.outputs, ElementsAre("y"));
  const std::vector<onnx::DimDef>& dims = *model.graph.inputs.at(0).dims;
  EXPECT_EQ(dims.at(0).size, 2);
  EXPECT_EQ(dims.at(1).symbol, "N");
  EXPECT_FALSE(dims.at(2).size.has_value());
  EXPECT_FALSE(model.graph.outputs.at(0).dims.has_value());
}

TEST(OnnxReading, SaysAttributesOfAllKinds) {
  const Graph inner{.nodes = {{"Abs", {"a"}, {"b"}}}, .outputs = {{"b"}}};
  Model model = relu_model();
  model.graph.nodes[0].attributes = {{"i", 3},
                                     {"f", 0.5},
                                     {"s", "text"},
                                     {"is", Ints{1, -2}},
                                     {"fs", std::vector<double>{1.5, 2.5}},
                                     {"ss", std::vector<std::string>{"a", "b"}},
                                     {"t", Tensor::scalar<float>(1)},
                                     {"g", inner},
                                     {"r", FromCall{"outer", AttributeKind::integer}}};
  std::string bytes = write(model);
  const onnx::ModelDef read_back = read(bytes);
  const std::vector<onnx::Attribute>& found = read_back.graph.nodes.at(0).attributes;
  ASSERT_EQ(found.size(), 9U);
  EXPECT_EQ(found[0].integer, 3);
  EXPECT_EQ(found[1].number, 0.5);
  EXPECT_EQ(found[2].text, "text");
  EXPECT_THAT(found[3].integers, ElementsAre(1, -2));
  EXPECT_THAT(found[4].numbers, ElementsAre(1.5F, 2.5F));
  EXPECT_THAT(found[5].texts, ElementsAre("a", "b"));
  EXPECT_EQ(found[6].kind, AttributeKind::tensor);
  EXPECT_EQ(found[7].graph->nodes.at(0).op, "Abs");
  EXPECT_EQ(found[8].refers_to, "outer");
}

TEST(OnnxReading, TakesPackedAttributes) {
  const Ints values{1, 300, -1};
  std::string attribute;
  protozero::pbf_writer out(attribute);
  out.add_packed_int64(8, values.begin(), values.end());
  std::string node, graph, bytes;
  protozero::pbf_writer(node).add_string(4, "Op");
  protozero::pbf_writer(node).add_message(5, attribute);
  protozero::pbf_writer(graph).add_message(1, node);
  protozero::pbf_writer(bytes).add_message(7, graph);
  EXPECT_EQ(read(bytes).graph.nodes.at(0).attributes.at(0).integers, values);
}

TEST(OnnxReading, SkipsFieldsItDoesNotKnow) {
  std::string bytes = write(relu_model());
  protozero::pbf_writer(bytes).add_string(1000, "new in another version");
  EXPECT_EQ(read(bytes).graph.nodes.size(), 1U);
}

TEST(OnnxReading, TheDomainAiOnnxIsTheDefault) {
  Model model = relu_model();
  model.graph.nodes[0].domain = "ai.onnx";
  std::string bytes = write(model);
  EXPECT_EQ(read(bytes).graph.nodes[0].domain, "");
}

TEST(OnnxReading, RefusesWhatIsNoModel) {
  EXPECT_THAT(refusal(""), HasSubstr("'test.onnx'"));
  EXPECT_THAT(refusal(""), HasSubstr("has no graph"));
  EXPECT_THAT(refusal("PK\x03\x04 a zip file"), HasSubstr("this is no ONNX file, or a damaged one"));
}

TEST(OnnxReading, RefusesAFileCutAnywhereOrTakesWhatIsWhole) {
  const std::string bytes = write(relu_model());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string cut = bytes.substr(0, size);
    const std::string message = message_of([&] { read(cut); });
    EXPECT_TRUE(message == "no error" || message.starts_with("'test.onnx'")) << size << ": " << message;
  }
}

TEST(OnnxReading, SaysWhereALengthLies) {
  std::string bytes = write(relu_model());
  bytes.resize(bytes.size() - 3);
  EXPECT_THAT(refusal(bytes), HasSubstr("byte"));
}

TEST(OnnxReading, RefusesANegativeDimension) {
  Model model = relu_model();
  model.graph.inputs[0].dims = {{-5}};
  EXPECT_THAT(refusal(write(model)), HasSubstr("a dimension is -5"));
}

TEST(OnnxReading, RefusesNamesThatAreNoUtf8) {
  Model model = relu_model();
  model.graph.nodes[0].name = "\xff\xfe";
  EXPECT_THAT(refusal(write(model)), HasSubstr("not UTF-8"));
}

TEST(OnnxReading, RefusesANodeWithoutAnOp) {
  Model model = relu_model();
  model.graph.nodes[0].op = "";
  EXPECT_THAT(refusal(write(model)), HasSubstr("a node has no op"));
}

TEST(OnnxReading, RefusesGraphsNestedWithoutEnd) {
  Graph graph{.outputs = {{"y"}}};
  for (int depth = 0; depth < 100; ++depth)
    graph = {.nodes = {{"If", {"c"}, {"y"}, {{"then_branch", graph}}}}, .outputs = {{"y"}}};
  EXPECT_THAT(refusal(write(Model{.graph = graph})), HasSubstr("nested 64 deep"));
}

TEST(OnnxReading, RefusesMoreThingsThanAFileOfItsSizeCanHold) {
  Node node{"Relu"};
  node.inputs.resize(1'000'000);  // two bytes each in the file, and many more in memory
  EXPECT_THAT(refusal(write(Model{.graph = {.nodes = {node}}})), HasSubstr("than a model of"));

  const Node list{"Slice", {}, {}, {{"starts", Ints(1'500'000)}}};
  EXPECT_THAT(refusal(write(Model{.graph = {.nodes = {list}}})), HasSubstr("than a model of"));
}
}  // namespace

}  // namespace tenon::onnx_models
