#include "tenon/engine.h"

#include <gtest/gtest.h>

#include <thread>

#include "backend/backend.h"
#include "engine/programs.h"
#include "op/evaluate.h"
#include "support/message_of.h"

namespace tenon {
namespace {

using testing::classifier;
using testing::engine_of;
using testing::random_bytes;
using testing::weighted_sum;

TensorMap by_name(const NamedTensors& tensors) { return {tensors.begin(), tensors.end()}; }

void expect_near(const Tensor& found, const Tensor& wanted) {
  ASSERT_EQ(found.shape(), wanted.shape());
  for (std::int64_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(found.number(i), wanted.number(i), 1e-5);
}

TEST(Engine, AnswersWhatItsProgramMeansAtAnyBatchSize) {
  const testing::Model model = classifier();
  const Engine engine(model.program, model.weights);
  for (const std::int64_t batch : {1, 2, 7, 64}) {
    const Tensor x = random_bytes({batch, 5}, 3);
    const Evaluation wanted = evaluate(model.program, {x}, by_name(model.weights));
    const NamedTensors found = engine.run({{"x", x}});
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].first, "logits");
    expect_near(found[0].second, wanted.outputs[0]);
    EXPECT_TRUE(identical(found[1].second, wanted.outputs[1]));
  }
}

TEST(Engine, OfOneInputTakesItWithoutAName) {
  const Engine engine = engine_of(classifier());
  const Tensor x = random_bytes({4, 5}, 3);
  EXPECT_TRUE(identical(engine.run(x), engine.run({{"x", x}}).front().second));
}

TEST(Engine, TakesInputsInAnyOrder) {
  const Engine engine = engine_of(weighted_sum());
  const Tensor a = Tensor::of<float>({1, 2}, {1, 2});
  const Tensor b = Tensor::of<float>({1, 2}, {10, 20});
  EXPECT_TRUE(identical(engine.run({{"b", b}, {"a", a}})[0].second, Tensor::of<float>({1, 2}, {13, 26})));
}

TEST(Engine, IgnoresAnInputThatNothingReads) {
  Graph program;
  program.input("unused", {DType::f32, {"N"}});
  program.output("y", program.input("x", {DType::f32, {"N"}}) + 1.0);
  const Engine engine(program, {});
  const Tensor x = Tensor::of<float>({2}, {1, 2});
  EXPECT_TRUE(identical(engine.run({{"x", x}, {"unused", x}})[0].second, Tensor::of<float>({2}, {2, 3})));
}

TEST(Engine, SaysWhichInputIsWrong) {
  const Engine engine = engine_of(weighted_sum());
  const Tensor two = Tensor::zeros(DType::f32, {2, 2});
  const auto error = [&](const NamedTensors& inputs) { return message_of([&] { engine.run(inputs); }); };
  EXPECT_EQ(error({{"a", two}}), "input 'b', f32[N, 2], is missing");
  EXPECT_EQ(error({{"a", two}, {"c", two}}), "there is no input 'c'; there are [a, b]");
  EXPECT_EQ(error({{"a", two}, {"b", Tensor::zeros(DType::f64, {2, 2})}}),
            "input 'b' is f32[N, 2] and was given f64[2, 2]");
  EXPECT_EQ(error({{"a", two}, {"b", Tensor::zeros(DType::f32, {2, 3})}}),
            "input 'b' is f32[N, 2] and was given f32[2, 3]");
  EXPECT_EQ(error({{"a", two}, {"b", Tensor::zeros(DType::f32, {3, 2})}}),
            "inputs 'a' and 'b' do not belong together: N is 2 in one and 3 in the other");
}

TEST(Engine, NeedsAllItsWeightsAndNoUpdate) {
  const testing::Model model = classifier();
  const auto error = [&](const Graph& program, const NamedTensors& weights) {
    return message_of([&] { Engine(program, weights); });
  };
  EXPECT_EQ(error(model.program, {model.weights[0]}), "there is no weight 'b', which the program needs");
  EXPECT_EQ(error(model.program, {model.weights[0], {"b", Tensor::zeros(DType::f32, {4})}}),
            "weight 'b' is f32[4], and the program needs f32[3]");
  Graph updates;
  const Value count = updates.state("count", {DType::f32, {}});
  updates.update("count", count + 1.0);
  updates.output("y", count);
  EXPECT_EQ(error(updates, {{"count", Tensor::scalar(0.0f)}}),
            "an engine only answers: its program must not update state 'count'");
}

TEST(Engine, NamesTheBackendsThereAre) {
  const std::string error = message_of([] { engine_of(classifier(), {}, {.backend = "tpu"}); });
  EXPECT_TRUE(error.starts_with("there is no backend 'tpu'; there are [")) << error;
}

TEST(Engine, KeepsNoMorePlansThanItMay) {
  const Engine engine = engine_of(classifier(), {}, {.plans = 2});
  for (const std::int64_t batch : {1, 2, 1, 3, 1}) engine.run(random_bytes({batch, 5}, 1));
  EXPECT_EQ(engine.plans_made(), 3u);  // 3 took the place of 2, which was unused longest
  engine.run(random_bytes({2, 5}, 1));
  EXPECT_EQ(engine.plans_made(), 4u);
}

TEST(Engine, AShapeThatManyAskForAtOnceIsCompiledOnce) {
  const Engine engine = engine_of(classifier());
  const Tensor x = random_bytes({9, 5}, 3);
  const Tensor wanted = engine_of(classifier()).run(x);
  std::vector<Tensor> found(8);
  std::vector<std::thread> threads;
  for (Tensor& answer : found) threads.emplace_back([&] { answer = engine.run(x); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(engine.plans_made(), 1u);
  for (const Tensor& answer : found) EXPECT_TRUE(identical(answer, wanted));
}

TEST(Engine, WithoutInputsIsHeldAgainstTheReferenceToo) {
  Graph program;
  program.output("y", exp(program.constant(Tensor::scalar(1.0f))));
  const AccuracyReport report = Engine(program, {}).verify({});
  EXPECT_EQ(report.items, 1);
  EXPECT_LT(report.outputs.at(0).relative, 1e-6);
}

TEST(Engine, IsHeldAgainstTheReferenceBackend) {
  const Engine engine = engine_of(classifier());
  const AccuracyReport report = engine.verify({{"x", random_bytes({32, 5}, 3)}});
  EXPECT_EQ(report.items, 32);
  ASSERT_EQ(report.outputs.size(), 2u);
  EXPECT_LT(report.outputs[0].relative, 1e-6);
  EXPECT_EQ(report.outputs[1].absolute, 0);
}

}  // namespace
}  // namespace tenon
