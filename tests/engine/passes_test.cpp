// What a program answers is the same with any of its passes left out; what a pass did can be told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "backend/backend.h"
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

Value normalised_in_pieces(Value x, Value scale, Value bias) {
  const Value centred = x - reduce_mean(x, {-1}, true);
  return centred / sqrt(reduce_mean(centred * centred, {-1}, true) + 1e-5) * scale + bias;
}

Value softmax_in_pieces(Value x) {
  const Value e = exp(x - reduce_max(x, {-1}, true));
  return e / reduce_sum(e, {-1}, true);
}

Value gelu_in_pieces(Value x) { return x * (erf(x / std::sqrt(2.0)) + 1.0) * 0.5; }

// A layer of a transformer, its composites in pieces, over images whose channels stand last.
Model attending() {
  Model model;
  Graph& graph = model.program;
  constexpr std::int64_t kSize = 96, kHeads = 3;
  const auto weight = [&](const std::string& name, const Shape& shape) {
    model.weights.emplace_back(name, random_floats(shape, static_cast<std::uint32_t>(model.weights.size())));
    return graph.state(name, Type::of(DType::f32, shape));
  };
  const Value image = graph.input("x", {DType::f32, {"N", kSize, 8, 8}});
  Value last = transpose(image, {0, 2, 3, 1});
  last = relu(last + weight("shift", {kSize}));
  last = transpose(pad(last, {{0, 1, 1, 0}, {0, 1, 1, 0}}), {0, 3, 1, 2});
  last = transpose(conv(last, weight("filters", {kSize, kSize, 3, 3})), {0, 2, 3, 1});
  const Value x = reshape(last, Ints{0, 64, kSize});
  const auto heads = [&](const std::string& name) {
    const Value all = linear(x, weight(cat(name, ".w"), {kSize, kSize}), weight(cat(name, ".b"), {kSize}));
    return transpose(reshape(all, Ints{0, 64, kHeads, kSize / kHeads}), {0, 2, 1, 3});
  };
  const Value scores = matmul(heads("q"), transpose(heads("k"), {0, 1, 3, 2}));
  const Value seen =
      matmul(softmax_in_pieces(scores / sqrt(graph.constant(Tensor::scalar(32.0f)))), heads("v"));
  const Value y = x + reshape(transpose(seen, {0, 2, 1, 3}), Ints{0, 64, kSize});
  graph.output("y", gelu_in_pieces(normalised_in_pieces(y, weight("s", {kSize}), weight("b", {kSize}))));
  return model;
}

double error_without(const std::string& pass, const Model& model, const Shape& shape) {
  EngineOptions options;
  if (!pass.empty()) options.without = {pass};
  const Engine engine(model.program, model.weights, {}, options);
  return engine.verify({{"x", random_floats(shape, 9)}}).outputs[0].relative;
}

TEST(Passes, ChangeNoAnswerOfConvolutionsWhereOneIsLeftOut) {
  ASSERT_FALSE(optional_engine_passes().empty());
  for (const std::string& pass : optional_engine_passes())
    EXPECT_LT(error_without(pass, many_layers(), {3, 3, 12, 12}), 1e-5) << pass;
}

TEST(Passes, ChangeNoAnswerOfAttentionWhereOneIsLeftOut) {
  for (const std::string& pass : optional_engine_passes())
    EXPECT_LT(error_without(pass, attending(), {2, 96, 8, 8}), 5e-5) << pass;
}

TEST(Passes, HaveEachSomethingToDoInAttention) {
  const Model model = attending();
  std::string said;
  const Engine engine(model.program, model.weights, {},
                      {.explain = [&](std::string_view text) { said += text; }});
  engine.run({{"x", random_floats({2, 96, 8, 8}, 9)}});
  for (const char* pass : {"fold-constants", "recognise-activations", "recognise-norms", "recognise-softmax",
                           "recognise-attention", "cancel-transposes", "fold-pads"})
    EXPECT_THAT(said, HasSubstr(cat(pass, "\n"))) << pass;
  // The reference runs linear layers whole, and has no products of one value to unite.
  EXPECT_EQ(said.find("unite-products\n") != std::string::npos, find_backend("cpu") != nullptr);
}

TEST(Passes, LeftOutByAnUnknownNameAreRefused) {
  try {
    error_without("folding", many_layers(), {3, 3, 12, 12});
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
