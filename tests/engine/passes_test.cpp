// What a program answers is the same with any of its passes left out; what a pass did can be told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/programs.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using testing::Model;
using testing::random_floats;

// Convolutions with all that follows them, a pool, a scan, a product and a softmax.
Model many_layers() {
  Model model;
  Graph& graph = model.program;
  const auto weight = [&](const std::string& name, const Shape& shape) {
    model.weights.emplace_back(name, random_floats(shape, static_cast<std::uint32_t>(model.weights.size())));
    return graph.state(name, Type::of(DType::f32, shape));
  };
  Value x = graph.input("x", {DType::f32, {"N", 3, 12, 12}});
  for (const std::int64_t in : {3, 16}) {
    graph.set_label(cat("block", in));
    const Value y = conv(x, weight(cat("w", in), {16, in, 3, 3}), {.pads_low = {1, 1}, .pads_high = {1, 1}});
    const Value variance = weight(cat("v", in), {16});
    x = relu(batch_norm(y, weight(cat("s", in), {16}), weight(cat("b", in), {16}), weight(cat("m", in), {16}),
                        variance * variance + 1.0));
  }
  graph.set_label("pool");
  x = max_pool(x, {.kernel = {2, 2}}).values;
  graph.set_label("head");
  x = reshape(x, Ints{0, -1});
  const Value logits = linear(x, weight("w", {16 * 36, 10}), weight("b", {10}));
  graph.output("y", softmax(logits * 2.0 + logits));
  return model;
}

double error_without(const std::string& pass) {
  const Model model = many_layers();
  EngineOptions options;
  if (!pass.empty()) options.without = {pass};
  const Engine engine(model.program, model.weights, {}, options);
  return engine.verify({{"x", random_floats({3, 3, 12, 12}, 9)}}).outputs[0].relative;
}

TEST(Passes, ChangeNoAnswerWhereOneIsLeftOut) {
  ASSERT_FALSE(optional_engine_passes().empty());
  for (const std::string& pass : optional_engine_passes()) EXPECT_LT(error_without(pass), 1e-5) << pass;
}

TEST(Passes, LeftOutByAnUnknownNameAreRefused) {
  try {
    error_without("folding");
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no pass 'folding'"));
    EXPECT_THAT(error.what(), HasSubstr("simplify"));
  }
}

TEST(Passes, SayWhatTheyDidToWhichNodes) {
  const Model model = many_layers();
  std::string said;
  const Engine engine(model.program, model.weights, {},
                      {.backend = "reference", .explain = [&](std::string_view text) { said += text; }});
  engine.run({{"x", random_floats({1, 3, 12, 12}, 9)}});
  EXPECT_THAT(said, HasSubstr("specialise\n"));
  EXPECT_THAT(said, HasSubstr("  + broadcast_to 'block3'"));
}

}  // namespace
}  // namespace tenon
