// Sequences of tensors and optional values, which are gone when the model is imported.
#include <gmock/gmock.h>

#include "onnx/close_to.h"
#include "onnx/model_writer.h"
#include "support/message_of.h"

namespace tenon::onnx_models {

namespace {
using testing::HasSubstr;

// On x: f32[2, 3]; the positions are those of the numbers -1, 0, 1 and 2.
Model on_matrix(std::vector<Node> nodes, ElementType result = ElementType::f32) {
  Graph graph{std::move(nodes), {{"x", ElementType::f32, {{2, 3}}}}, {{"y", result}}};
  for (const std::int64_t number : {-1, 0, 1, 2})
    graph.initialisers.emplace_back(number < 0 ? "last" : "n" + std::to_string(number),
                                    Tensor::scalar<std::int64_t>(number));
  return {.graph = std::move(graph), .opset = 18};
}

Tensor matrix() { return floats({2, 3}, {1, 2, 3, 4, 5, 6}); }
Tensor result(const Model& model) { return run(model, {matrix()}).at(0); }

const Node kColumns{"SplitToSequence", {"x", "n1"}, {"columns"}, {{"axis", std::int64_t{1}}}};
const Node kRows{
    "SplitToSequence", {"x"}, {"rows"}, {{"axis", std::int64_t{0}}, {"keepdims", std::int64_t{0}}}};

TEST(OnnxSequences, AreSplitAndReadByPosition) {
  expect_close(result(on_matrix({kColumns, {"SequenceAt", {"columns", "n1"}, {"y"}}})),
               floats({2, 1}, {2, 5}));
  expect_close(result(on_matrix({kRows, {"SequenceAt", {"rows", "last"}, {"y"}}})), floats({3}, {4, 5, 6}));
}

TEST(OnnxSequences, HaveAKnownLength) {
  const Model model = on_matrix({kColumns, {"SequenceLength", {"columns"}, {"y"}}}, ElementType::i64);
  EXPECT_TRUE(identical(result(model), Tensor::scalar<std::int64_t>(3)));
}

TEST(OnnxSequences, ASplitLeavesTheRest) {
  const Node pairs{"SplitToSequence", {"x", "n2"}, {"pairs"}, {{"axis", std::int64_t{1}}}};
  expect_close(result(on_matrix({pairs, {"SequenceAt", {"pairs", "last"}, {"y"}}})), floats({2, 1}, {3, 6}));
}

TEST(OnnxSequences, GrowAndShrink) {
  expect_close(result(on_matrix({kRows,
                                 {"Neg", {"x"}, {"minus"}},
                                 {"SplitToSequence", {"minus"}, {"others"}, {{"keepdims", std::int64_t{0}}}},
                                 {"SequenceAt", {"others", "n0"}, {"other"}},
                                 {"SequenceInsert", {"rows", "other", "n1"}, {"three"}},
                                 {"SequenceErase", {"three", "n0"}, {"two"}},
                                 {"ConcatFromSequence", {"two"}, {"y"}, {{"axis", std::int64_t{0}}}}})),
               floats({6}, {-1, -2, -3, 4, 5, 6}));
}

TEST(OnnxSequences, AreStackedAlongANewAxis) {
  const std::vector<Attribute> stack{{"axis", std::int64_t{-1}}, {"new_axis", std::int64_t{1}}};
  expect_close(result(on_matrix({kRows, {"ConcatFromSequence", {"rows"}, {"y"}, stack}})),
               floats({3, 2}, {1, 4, 2, 5, 3, 6}));
}

TEST(OnnxSequences, StartEmpty) {
  expect_close(result(on_matrix({{"SequenceEmpty", {}, {"none"}},
                                 {"SequenceInsert", {"none", "x"}, {"one"}},
                                 {"SequenceAt", {"one", "n0"}, {"y"}}})),
               matrix());
}

TEST(OnnxSequences, APositionOutsideIsRefused) {
  const Model model =
      on_matrix({kColumns, {"SequenceErase", {"columns"}, {"two"}}, {"SequenceAt", {"two", "n2"}, {"y"}}});
  EXPECT_THAT(message_of([&] { import(model); }), HasSubstr("there is no position 2 in a sequence of 2"));
}

TEST(OnnxSequences, ATensorIsNone) {
  const Model model = on_matrix({{"SequenceAt", {"x", "n0"}, {"y"}}});
  EXPECT_THAT(message_of([&] { import(model); }), HasSubstr("its input 0 is no sequence"));
}

TEST(OnnxOptionals, AreTheirValues) {
  expect_close(result(on_matrix({{"Optional", {"x"}, {"maybe"}}, {"OptionalGetElement", {"maybe"}, {"y"}}})),
               matrix());
  const Model asks = on_matrix({{"OptionalHasElement", {"x"}, {"y"}}}, ElementType::boolean);
  EXPECT_TRUE(identical(result(asks), Tensor::scalar<bool>(true)));
}
}  // namespace

}  // namespace tenon::onnx_models
