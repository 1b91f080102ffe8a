// Objects that run: linked into a program without any library, they answer as the reference does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "ahead/with_llvm/linked.h"
#include "codegen/target.h"
#include "op/evaluate.h"
#include "pass/specialise.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using testing::output_of;
using testing::run_linked;

Type f32(std::vector<Dim> dims) { return {DType::f32, std::move(dims)}; }

Tensor random_tensor(const Type& type, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<double> number(is_float(type.dtype) ? -1 : 0, is_float(type.dtype) ? 1 : 3);
  Tensor numbers = Tensor::empty(DType::f64, type.shape());
  for (double& element : numbers.as<double>()) element = number(generator);
  return numbers.cast(type.dtype);
}

struct Case {
  Graph program{"model"};
  std::map<std::string, Shape> shapes = {};

  NamedTensors weights() const {
    NamedTensors weights;
    unsigned seed = 100;
    for (const std::uint32_t id : program.states())
      weights.emplace_back(name_of(program.nodes()[id]),
                           random_tensor(program.nodes()[id].results[0], seed++));
    return weights;
  }
};

void expect_close(const Tensor& got, const Tensor& wanted, const std::string& what) {
  ASSERT_EQ(Type::of(got), Type::of(wanted)) << what;
  for (std::int64_t i = 0; i < wanted.size(); ++i) {
    const double tolerance = is_float(wanted.dtype()) ? 1e-5 + 1e-5 * std::fabs(wanted.number(i)) : 0;
    ASSERT_NEAR(got.number(i), wanted.number(i), tolerance) << what << " [" << i << ']';
  }
}

void expect_answers(const Case& given, const ObjectOptions& options = {"model", "sse"}) {
  const NamedTensors weights = given.weights();
  const EmittedObject object = emit_object(given.program, weights, given.shapes, options);
  std::vector<Tensor> inputs;
  for (const std::uint32_t id : given.program.inputs()) {
    Type type = given.program.nodes()[id].results[0];
    const auto shape = given.shapes.find(name_of(given.program.nodes()[id]));
    for (std::size_t axis = 0; axis < type.dims.size(); ++axis)
      if (!type.dims[axis].is_constant())
        type.dims[axis] = shape == given.shapes.end() ? Dim(1) : Dim(shape->second[axis]);
    inputs.push_back(random_tensor(type, 7 + id));
  }
  const Evaluation wanted = evaluate(given.program, inputs, {weights.begin(), weights.end()});
  std::vector<Type> types;
  for (const Tensor& output : wanted.outputs) types.push_back(Type::of(output));
  const std::vector<Tensor> got = run_linked(object, options.name, inputs, types);
  for (std::size_t i = 0; i < got.size(); ++i)
    expect_close(got[i], wanted.outputs[i], given.program.outputs()[i].name);
}

Case perceptron() {
  Case made;
  Graph& g = made.program;
  Value x = cast(g.input("image", {DType::u8, {"N", 64}}), DType::f32) / 255.0;
  for (const std::int64_t layer : {0, 1}) {
    const Value w = g.state(cat("w", layer), f32({64, 64}));
    x = relu(linear(x, w, g.state(cat("b", layer), f32({64}))));
  }
  x = linear(x, g.state("w2", f32({64, 10})), g.state("b2", f32({10})));
  g.output("scores", softmax(x));
  g.output("class", arg_max(x, 1));
  return made;
}

Case pictures() {
  Case made;
  Graph& g = made.program;
  const ConvOptions same{.pads_low = {1, 1}, .pads_high = {1, 1}};
  Value x = g.input("x", f32({"N", 3, 13, 19}));
  x = conv(x, g.state("c0", f32({8, 3, 3, 3})), same);
  x = relu(x * reshape(g.state("s", f32({8})), Ints{8, 1, 1}));
  x = max_pool(x, {.kernel = {2, 2}}).values;
  x = x + conv(x, g.state("c1", f32({8, 1, 3, 3})), {.pads_low = {1, 1}, .pads_high = {1, 1}, .groups = 8});
  x = reduce_mean(x, {2, 3});
  x = layer_norm(x, g.state("ln", f32({8})), g.state("lb", f32({8})));
  g.output("scores", softmax(linear(x, g.state("w", f32({8, 5})))));
  return made;
}

TEST(AheadOfTime, APerceptronAnswersAsTheReference) { expect_answers(perceptron()); }

TEST(AheadOfTime, ConvolutionsPoolingAndNormalisationsAnswerAsTheReference) { expect_answers(pictures()); }

TEST(AheadOfTime, EachTargetOfThisProcessorAnswersAsTheReference) {
  for (const codegen::Simd simd : {codegen::Simd::avx2, codegen::Simd::avx512})
    if (codegen::has(simd)) expect_answers(pictures(), {"tiny", std::string(name_of(simd))});
  expect_answers(perceptron(), {"tiny", "native"});
}

TEST(AheadOfTime, OpenDimensionsAreAsTheyAreGiven) {
  Case made = perceptron();
  made.shapes["image"] = {5, 64};
  expect_answers(made);
}

TEST(AheadOfTime, ElementsOfEveryTypeGoInAndOut) {
  Case made;
  for (const DType dtype : kAllDTypes) {
    const Value x = made.program.input(cat("x_", dtype), {dtype, {9}});
    made.program.output(cat("y_", dtype), dtype == DType::boolean ? logical_not(x) : x + x);
  }
  expect_answers(made);
}

TEST(AheadOfTime, OutputsMayBeInputsWeightsConstantsAndTwiceTheSame) {
  Case made;
  Graph& g = made.program;
  const Value x = g.input("x", f32({3, 5}));
  const Value y = exp(x);
  g.output("y", y);
  g.output("again", y);
  g.output("flat", reshape(y, Ints{15}));
  g.output("x", x);
  g.output("w", g.state("w", f32({4})));
  g.output("c", g.constant(Tensor::scalar(2.5f)));
  expect_answers(made);
}

TEST(AheadOfTime, EmptyTensorsAreNoTrouble) {
  Case made;
  made.program.output("y", exp(made.program.input("x", f32({0, 5}))));
  made.program.output("sum", reduce_sum(made.program.input("z", f32({0, 3})), {0}));
  expect_answers(made);
}

TEST(AheadOfTime, AnObjectCanBeTriedWhereItIsMade) {
  const Case made = pictures();
  const EmittedObject object = emit_object(made.program, made.weights());
  const Tensor x = random_tensor(f32({1, 3, 13, 19}), 3);
  const NamedTensors weights = made.weights();
  const Evaluation wanted = evaluate(made.program, {x}, {weights.begin(), weights.end()});
  const NamedTensors found = run_object(object, {{"x", x}});
  EXPECT_EQ(found[0].first, "scores");
  expect_close(found[0].second, wanted.outputs[0], "scores");
  EXPECT_EQ(message_of([&] { run_object(object, {{"x", Tensor::scalar(1.0f)}}); }),
            "input 'x' is f32[1, 3, 13, 19] and was given f32[]");
  EXPECT_EQ(message_of([&] { run_object(object, {}); }), "input 'x', f32[1, 3, 13, 19], is missing");
}

// All that the object asks of who links it, and all that it shows.
TEST(AheadOfTime, AnObjectNeedsNothingAndShowsOneFunction) {
  const TemporaryFolder folder;
  const Case made = pictures();
  for (const std::string target : {"sse", "avx2", "avx512"}) {
    testing::write_files(emit_object(made.program, made.weights(), {}, {"tiny", target}), folder.path(),
                         "tiny");
    EXPECT_EQ(output_of(cat("nm -u ", folder / "tiny.o")), "") << target;
    EXPECT_THAT(output_of(cat("nm -g ", folder / "tiny.o")),
                ::testing::MatchesRegex("[0-9a-f]+ T tiny_run\n"));
  }
}

TEST(AheadOfTime, AnObjectHasNothingThatIsWritten) {
  const TemporaryFolder folder;
  const Case made = pictures();
  testing::write_files(emit_object(made.program, made.weights(), {}, {"tiny"}), folder.path(), "tiny");
  EXPECT_EQ(output_of(cat("nm ", folder / "tiny.o | grep -i ' [bdc] ' || true")), "");
}

TEST(AheadOfTime, TheSameProgramGivesTheSameObject) {
  const Case made = pictures();
  const EmittedObject a = emit_object(made.program, made.weights());
  const EmittedObject b = emit_object(made.program, made.weights());
  EXPECT_EQ(a.object, b.object);
  EXPECT_EQ(a.header, b.header);
}

TEST(AheadOfTime, WhatNoLoopsCoverIsListedAtOnce) {
  Case made;
  Graph& g = made.program;
  const Value x = g.input("x", f32({2, 8}));
  g.set_label("best");
  const Ordered best = top_k(x, 3);
  g.set_label("in order");
  const Ordered ordered = sort(x);
  g.set_label("");
  g.output("best", best.values);
  g.output("ordered", relu(ordered.values));
  EXPECT_EQ(message_of([&] { emit_object(g, {}); }),
            "this program cannot be compiled ahead of time, as there are no generated loops for:\n"
            "  top_k 'best': [f32[2, 8]] to [f32[2, 3], i64[2, 3]]\n"
            "  sort 'in order': [f32[2, 8]] to [f32[2, 8], i64[2, 8]]");
}

TEST(AheadOfTime, AScanIsNamed) {
  Graph g("model");
  Graph body("turn");
  const Value sum = body.input("sum", f32({}));
  const Value next = sum + body.input("x", f32({}));
  body.output("sum", next);
  const ScanInputs inputs{{g.constant(Tensor::scalar(0.0f))}, {g.input("x", f32({7}))}, {}};
  g.set_label("recurrence");
  g.output("y", scan(inputs, std::make_shared<const Graph>(std::move(body)))[0]);
  EXPECT_THAT(message_of([&] { emit_object(g, {}); }), HasSubstr("loops for:\n  scan 'recurrence'"));
}

TEST(AheadOfTime, WhatIsWrongIsSaid) {
  const Case made = perceptron();
  const auto message = [&](const NamedTensors& weights, const std::map<std::string, Shape>& shapes,
                           const ObjectOptions& options) {
    return message_of([&] { emit_object(made.program, weights, shapes, options); });
  };
  EXPECT_EQ(message({}, {}, {}), "there is no weight 'w0', which the program needs");
  EXPECT_EQ(message({{"w0", Tensor::scalar(1.0f)}}, {}, {}),
            "weight 'w0' is f32[], and the program needs f32[64, 64]");
  EXPECT_EQ(message(made.weights(), {{"picture", {1, 64}}}, {}), "the program has no input 'picture'");
  EXPECT_EQ(message(made.weights(), {{"image", {1, 63}}}, {}),
            "input 'image' is u8[N, 64]: it cannot be of shape [1, 63]");
  EXPECT_EQ(message(made.weights(), {}, {"m", "neon"}),
            "there is no target 'neon': it is sse, avx2, avx512 or native");
}

TEST(AheadOfTime, AProgramThatUpdatesItsStateIsRefused) {
  Graph g("model");
  const Value w = g.state("w", f32({}));
  g.update("w", w + g.input("x", f32({})));
  EXPECT_EQ(message_of([&] { emit_object(g, {{"w", Tensor::scalar(1.0f)}}); }),
            "an object only answers: its program must not update state 'w'");
}

}  // namespace
}  // namespace tenon
