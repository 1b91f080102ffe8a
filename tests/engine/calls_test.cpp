// Many callers: contexts that run beside one another, deadlines, cancelling, limits, reloading.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <utility>

#include "engine/programs.h"

namespace tenon {
namespace {

using testing::classifier;
using ::testing::HasSubstr;
using testing::Model;
using testing::random_bytes;
using testing::weighted_sum;

Engine calling(const Model& model, EngineOptions options = {}) {
  return {model.program, model.weights, {}, std::move(options)};
}

NamedTensors pair_of(float a, float b, std::int64_t items = 1) {
  return {{"a", Tensor::full(DType::f32, {items, 2}, a)}, {"b", Tensor::full(DType::f32, {items, 2}, b)}};
}

template <class Action>
std::string error_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// A loop of many turns: long enough to be stopped.
Model patient(std::int64_t turns) {
  auto body = std::make_shared<Graph>("body");
  body->input("turn", {DType::i64, {}});
  const Value x = body->input("x", {DType::f32, {"N"}});
  body->output("go_on", body->constant(Tensor::scalar<bool>(true)));
  body->output("next", sin(x) + 1.0);
  Model model;
  Graph& graph = model.program;
  const Value input = graph.input("x", {DType::f32, {"N"}});
  graph.output("y", loop(graph.constant(Tensor::scalar(turns)), graph.constant(Tensor::scalar<bool>(true)),
                         {input}, {}, body)[0]);
  return model;
}

const std::int64_t kForever = 2'000'000'000;

TEST(Calls, OfManyThreadsGiveEachItsOwnAnswer) {
  const Engine engine = calling(weighted_sum(), {.contexts = 4});
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int caller = 0; caller < 16; ++caller)
    threads.emplace_back([&, caller] {
      for (int turn = 0; turn < 50; ++turn) {
        const auto a = static_cast<float>(caller), b = static_cast<float>(turn);
        const Tensor y = engine.run(pair_of(a, b, 3 + caller % 2)).front().second;
        wrong += y.number(0) == 3 * a + b && y.number(5) == 3 * a + b ? 0 : 1;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(engine.plans_made(), 2u);  // one for each number of items, however many contexts
}

TEST(Calls, WaitForOneAnotherWhereThereIsOneContext) {
  const Engine engine = calling(patient(20'000), {.contexts = 1});
  const Tensor x = Tensor::zeros(DType::f32, {4});
  const Tensor wanted = engine.run(x);
  std::vector<std::thread> threads;
  std::vector<Tensor> found(4);
  for (Tensor& answer : found) threads.emplace_back([&] { answer = engine.run(x); });
  for (std::thread& thread : threads) thread.join();
  for (const Tensor& answer : found) EXPECT_TRUE(identical(answer, wanted));
}

TEST(Calls, OfSeveralThreadsRunOnThreadsOfTheProcess) {
  const Engine engine = calling(classifier(), {.threads = 2});
  const Tensor x = random_bytes({64, 5}, 3);
  const Tensor wanted = calling(classifier()).run(x);
  std::vector<std::thread> threads;
  std::vector<Tensor> found(6);
  for (Tensor& answer : found) threads.emplace_back([&] { answer = engine.run(x); });
  for (std::thread& thread : threads) thread.join();
  for (const Tensor& answer : found) EXPECT_TRUE(identical(answer, wanted));
}

// Ten call with the same shapes, four with ones that are always new, one reloads and one asks the engine what
// it is; whatever the weight was, an answer is of one weight alone.
TEST(Calls, OfSixteenThreadsGoOnWhilePlansAndWeightsChange) {
  const Engine engine = calling(weighted_sum(), {.plans = 2, .contexts = 3});
  std::atomic<int> wrong = 0;
  const auto call = [&](std::int64_t items) {
    const Tensor y = engine.run(pair_of(1, 0, items))[0].second;
    for (std::int64_t i = 1; i < y.size(); ++i) wrong += y.number(i) == y.number(0) ? 0 : 1;
  };
  const auto work = [&](int thread) {
    for (int turn = 0; turn < 10; ++turn)
      if (thread == 0)
        engine.reload({{"scale", Tensor::scalar(static_cast<float>(turn))}});
      else if (thread == 1)
        wrong += engine.weights().size() == 1 && engine.with_report({}).plans_made() == 0 ? 0 : 1;
      else
        call(thread < 6 ? 10 * thread + turn : 5);
  };
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 16; ++thread) threads.emplace_back(work, thread);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(AsyncCalls, HandTheirOutputsToAFuture) {
  const Engine engine = calling(weighted_sum());
  std::vector<std::future<NamedTensors>> answers;
  for (int i = 0; i < 8; ++i) answers.push_back(engine.run_async(pair_of(1, static_cast<float>(i))));
  for (int i = 0; i < 8; ++i) EXPECT_EQ(answers[static_cast<std::size_t>(i)].get()[0].second.number(), 3 + i);
}

TEST(AsyncCalls, TellTheirCallbackOfAnError) {
  const Engine engine = calling(weighted_sum());
  std::promise<std::string> said;
  engine.run_async(
      {}, [&](std::future<NamedTensors> outputs) { said.set_value(error_of([&] { outputs.get(); })); });
  EXPECT_THAT(said.get_future().get(), HasSubstr("input 'a'"));
}

TEST(Calls, EndAtTheirDeadline) {
  const Engine engine = calling(patient(kForever));
  CallOptions options;
  options.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(30);
  const NamedTensors x{{"x", Tensor::zeros(DType::f32, {4})}};
  EXPECT_THROW(engine.run(x, options), Stopped);
  EXPECT_THROW(engine.run(x, options), Stopped);  // it has passed before the run begins
}

TEST(Calls, LetGoOfTheirInputsHoweverTheyEnd) {
  const Engine engine = calling(patient(kForever));
  auto memory = std::make_shared<std::vector<float>>(4);
  const std::weak_ptr<void> held = memory;
  float* const data = memory->data();
  const Tensor x = Tensor::wrap(DType::f32, {4}, data, std::exchange(memory, nullptr));
  CallOptions options;
  options.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(10);
  EXPECT_THROW(engine.run({{"x", x}}, options), Stopped);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Calls, EndWhenTheyAreCancelled) {
  const Engine engine = calling(patient(kForever));
  const auto cancel = std::make_shared<std::atomic<bool>>(false);
  auto answer = engine.run_async({{"x", Tensor::zeros(DType::f32, {4})}}, {.cancel = cancel});
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  *cancel = true;
  EXPECT_THROW(answer.get(), Stopped);
}

TEST(Calls, ThatWaitForAContextEndAtTheirDeadline) {
  const Engine engine = calling(patient(kForever), {.contexts = 1});
  const NamedTensors x{{"x", Tensor::zeros(DType::f32, {4})}};
  const auto cancel = std::make_shared<std::atomic<bool>>(false);
  auto first = engine.run_async(x, {.cancel = cancel});
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CallOptions options;
  options.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(10);
  EXPECT_THROW(engine.run(x, options), Stopped);
  *cancel = true;
  EXPECT_THROW(first.get(), Stopped);
}

TEST(MemoryLimit, RefusesWhatDoesNotFitAndSaysWhatItNeeds) {
  const Engine engine = calling(weighted_sum(), {.memory_limit = 10'000});
  EXPECT_EQ(engine.run(pair_of(1, 2, 10))[0].second.number(), 5);
  const std::string error = error_of([&] { engine.run(pair_of(1, 2, 100'000)); });
  EXPECT_THAT(error, HasSubstr("a plan for these shapes needs "));
  EXPECT_THAT(error, HasSubstr("limit of 10000 bytes 0 are in use"));
  EXPECT_THROW(engine.session({{"a", {100'000, 2}}, {"b", {100'000, 2}}}), Error);
  EXPECT_EQ(engine.run(pair_of(1, 2, 10))[0].second.number(), 5);
}

// As many turns as its caller says.
Model counting() {
  auto body = std::make_shared<Graph>("body");
  body->input("turn", {DType::i64, {}});
  const Value x = body->input("x", {DType::f32, {"N"}});
  body->output("go_on", body->constant(Tensor::scalar<bool>(true)));
  body->output("next", sin(x) + 1.0);
  Model model;
  Graph& graph = model.program;
  const Value turns = graph.input("turns", {DType::i64, {}}), x0 = graph.input("x", {DType::f32, {"N"}});
  graph.output("y", loop(turns, graph.constant(Tensor::scalar<bool>(true)), {x0}, {}, body)[0]);
  return model;
}

TEST(MemoryLimit, OnceReachedLeavesRoomForMoreCallsAtOnceLater) {
  const Engine engine = calling(counting(), {.contexts = 2, .memory_limit = 200'000});
  const auto turns = [](std::int64_t count) {
    return NamedTensors{{"turns", Tensor::scalar(count)}, {"x", Tensor::zeros(DType::f32, {1000})}};
  };
  const auto soon = [] {
    return CallOptions{.deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(20)};
  };
  engine.run(turns(1));
  std::vector<EngineSession> sessions;
  EXPECT_THROW(while (true) sessions.push_back(engine.session({{"turns", {}}, {"x", {1000}}})), Error);

  const auto cancel = std::make_shared<std::atomic<bool>>(false);
  auto first = engine.run_async(turns(kForever), {.cancel = cancel});
  // As soon as that has begun there is no memory for a second context.
  EXPECT_THROW(while (true) engine.run(turns(1), soon()), Stopped);
  sessions.clear();
  EXPECT_NO_THROW(engine.run(turns(1)));
  *cancel = true;
  EXPECT_THROW(first.get(), Stopped);
}

TEST(MemoryLimit, CountsWhatTheHostComputes) {
  Model model;
  const Value x = model.program.input("x", {DType::f32, {"N", "N"}});
  model.program.output("at", nonzero(x > 0.0));
  const Engine engine = calling(model, {.memory_limit = 200'000});
  const auto places = [&](float element) {  // of 10'000 elements, two i64 each
    return engine.run({{"x", Tensor::full(DType::f32, {100, 100}, element)}})[0].second.dim(1);
  };
  EXPECT_EQ(places(0), 0);
  EXPECT_THAT(error_of([&] { places(1); }),
              HasSubstr("nonzero needs 160000 bytes, and of the limit of 200000"));
  EXPECT_EQ(places(0), 0);
}

TEST(MemoryLimit, MakesRoomForAPlanWhereOthersAreNotInUse) {
  const Engine engine = calling(weighted_sum(), {.memory_limit = 10'000});
  for (const std::int64_t items : {200, 210, 220, 230, 240})  // 24 bytes an item
    EXPECT_EQ(engine.run(pair_of(1, 2, items))[0].second.number(), 5) << items;
}

TEST(Warming, PlansBeforeTheFirstCall) {
  const Engine engine = calling(weighted_sum());
  engine.warm({{"a", {7, 2}}, {"b", {7, 2}}});
  EXPECT_EQ(engine.plans_made(), 1u);
  engine.run(pair_of(1, 2, 7));
  EXPECT_EQ(engine.plans_made(), 1u);
}

TEST(Reloading, SwapsTheWeightsOfLaterCalls) {
  const Engine engine = calling(weighted_sum());
  const Engine copy = engine;
  EngineSession session = engine.session({{"a", {1, 2}}, {"b", {1, 2}}});
  engine.run(pair_of(1, 2));
  engine.reload({{"scale", Tensor::scalar(10.0f)}});
  EXPECT_EQ(engine.run(pair_of(1, 2))[0].second.number(), 12);
  EXPECT_EQ(copy.run(pair_of(1, 2))[0].second.number(), 12);
  EXPECT_EQ(engine.weights()[0].second.number(), 10);
  session.input("a").set_number(0, 1);
  session.run();
  EXPECT_EQ(session.output("y").number(), 3);
}

TEST(Reloading, RefusesWeightsOfAnotherShapeAndGoesOn) {
  const Engine engine = calling(weighted_sum());
  EXPECT_THROW(engine.reload({{"scale", Tensor::zeros(DType::f32, {2})}}), Error);
  EXPECT_EQ(engine.run(pair_of(1, 2))[0].second.number(), 5);
}

TEST(Reloading, KeepsToTheMemoryLimitAndIsNotStoppedByIt) {
  const Engine engine = calling(weighted_sum(), {.memory_limit = 10'000});
  engine.run(pair_of(1, 2, 200));  // more than half of the limit on some backends
  EXPECT_THROW(engine.run(pair_of(1, 2, 100'000)), Error);
  engine.reload({{"scale", Tensor::scalar(10.0f)}});
  EXPECT_EQ(engine.run(pair_of(1, 2, 200))[0].second.number(), 12);
}

TEST(Reloading, NeverMixesWeightsWhileOthersCall) {
  const Engine engine = calling(weighted_sum());
  std::atomic<bool> done = false;
  std::atomic<int> wrong = 0, calls = 0;
  std::vector<std::thread> threads;
  for (int caller = 0; caller < 3; ++caller)
    threads.emplace_back([&] {
      while (!done) {
        const Tensor y = engine.run(pair_of(1, 0, 50))[0].second;
        ++calls;
        for (std::int64_t i = 1; i < y.size(); ++i) wrong += y.number(i) == y.number(0) ? 0 : 1;
      }
    });
  for (int turn = 0; turn < 20 || calls < 200; ++turn)
    engine.reload({{"scale", Tensor::scalar(static_cast<float>(turn))}});
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace tenon
