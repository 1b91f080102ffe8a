// Engines whose programs cannot be planned as a whole, on each backend.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "backend/backend.h"
#include "engine/programs.h"
#include "support/message_of.h"

namespace tenon {
namespace {

using testing::random_floats;

Tensor floats(Shape shape, std::initializer_list<float> values) {
  return Tensor::of<float>(std::move(shape), values);
}
Tensor longs(Shape shape, std::initializer_list<std::int64_t> values) {
  return Tensor::of<std::int64_t>(std::move(shape), values);
}

void expect_same(const Tensor& found, const Tensor& wanted) {
  EXPECT_TRUE(identical(found, wanted)) << to_string(found) << " instead of " << to_string(wanted);
}

class Stages : public ::testing::TestWithParam<std::string> {
 protected:
  Engine engine_of(std::string_view text, NamedTensors weights = {}) const {
    return {parse(text), std::move(weights), {}, {.backend = GetParam()}};
  }
};

// The elements above zero, each times a weight.
constexpr std::string_view kPositive = R"(graph positive(x: f32[N]) {
    %w = state "w" : f32[]
    %zero = constant f32[] {0}
    %is = greater(%x, %zero)
    %at = nonzero(%is)
    %flat = reshape(%at) {shape = [-1]}
    %kept = gather(%x, %flat)
    %y = mul(%kept, %w)
    %e = neg(%x)
    return y = %y, at = %at, e = %e })";

TEST_P(Stages, PlanWhatDependsOnElementsOnceTheyAreKnown) {
  const Engine engine = engine_of(kPositive, {{"w", Tensor::scalar(10.0f)}});
  const auto found = engine.run({{"x", floats({5}, {1, -2, 3, 0, 5})}});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].first, "y");
  expect_same(found[0].second, floats({3}, {10, 30, 50}));
  expect_same(found[1].second, longs({1, 3}, {0, 2, 4}));
  expect_same(found[2].second, floats({5}, {-1, 2, -3, -0.0f, -5}));
  expect_same(engine.run({{"x", floats({2}, {-1, -1})}})[0].second, Tensor::zeros(DType::f32, {0}));
}

TEST_P(Stages, AreKeptForOtherRunsOfTheSameShapes) {
  const Engine engine = engine_of(kPositive, {{"w", Tensor::scalar(1.0f)}});
  engine.run(floats({3}, {1, -2, 3}));
  EXPECT_EQ(engine.plans_made(), 2u);
  engine.run(floats({3}, {-4, 5, 6}));
  EXPECT_EQ(engine.plans_made(), 2u);
  engine.run(floats({3}, {4, 5, 6}));
  EXPECT_EQ(engine.plans_made(), 3u);
}

TEST_P(Stages, FollowOneAnother) {
  const Engine engine = engine_of(R"(graph g(x: i64[N]) {
    %values, %first, %inverse, %counts = unique(%x)
    %one = constant i64[] {1}
    %more = greater(%counts, %one)
    %at = nonzero(%more)
    %flat = reshape(%at) {shape = [-1]}
    %y = gather(%values, %flat)
    %n = shape_of(%y)
    return y = %y, n = %n })");
  const auto found = engine.run({{"x", longs({6}, {7, 3, 7, 5, 3, 7})}});
  expect_same(found[0].second, longs({2}, {3, 7}));
  expect_same(found[1].second, longs({1}, {2}));
}

TEST_P(Stages, PlanForTheValuesOfInputsThatAreOperands) {
  const Engine engine = engine_of(R"(graph g(x: f32[N], k: i64[]) {
    %values, %places = top_k(%x, %k)
    %y = neg(%values)
    return y = %y })");
  const Tensor x = floats({4}, {1, 4, 2, 3});
  const auto first = [&](std::int64_t k) {
    return engine.run({{"x", x}, {"k", Tensor::scalar(k)}})[0].second;
  };
  expect_same(first(2), floats({2}, {-4, -3}));
  expect_same(first(3), floats({3}, {-4, -3, -2}));
  expect_same(first(2), floats({2}, {-4, -3}));
  EXPECT_EQ(engine.plans_made(), 2u);
}

TEST_P(Stages, TakeOperandsThatAreComputed) {
  const Engine engine = engine_of(R"(graph g(x: f32[N], n: i64[1]) {
    %one = constant i64[1] {1}
    %end = add(%n, %one)
    %s = slice(%x, %n, %end, %one)
    %y = neg(%s)
    return y = %y })");
  const auto at = [&](std::int64_t n) {
    return engine.run({{"x", floats({4}, {1, 2, 3, 4})}, {"n", longs({1}, {n})}})[0].second;
  };
  expect_same(at(2), floats({1}, {-3}));
  expect_same(at(0), floats({1}, {-1}));
}

TEST_P(Stages, TakeOneOfTwoBranchesOfDifferentShapes) {
  const Engine engine = engine_of(R"(graph g(x: f32[N]) {
    %zero = constant f32[] {0}
    %sum = reduce_sum(%x)
    %c = greater(%sum, %zero)
    %y = if_else(%c, %x) {
      graph twice(x: f32[?]) {
        %d = concat(%x, %x)
        return d = %d
      }
      graph as_it_is(x: f32[?]) { return x = %x }
    }
    %z = neg(%y)
    return z = %z })");
  expect_same(engine.run(floats({2}, {1, 2})), floats({4}, {-1, -2, -1, -2}));
  expect_same(engine.run(floats({2}, {-1, -2})), floats({2}, {1, 2}));
}

// Doubles what it carries until there are `least` elements; stacks the sums.
constexpr std::string_view kGrowing = R"(graph g(x: f32[N], trips: i64[], least: i64[]) {
    %true = constant bool[] {true}
    %last, %sums = loop(%trips, %true, %x, %least) {carried = 1} {
      graph turn(turn: i64[], x: f32[?], least: i64[]) {
        %d = concat(%x, %x)
        %s = shape_of(%d)
        %n = reshape(%s) {shape = []}
        %on = less(%n, %least)
        %sum = reduce_sum(%d)
        return on = %on, d = %d, sum = %sum
      }
    }
    %y = neg(%last)
    return y = %y, sums = %sums })";

TEST_P(Stages, LoopWithShapesThatGrowAndOutputsThatStack) {
  const Engine engine = engine_of(kGrowing);
  const auto run = [&](std::int64_t trips, std::int64_t least) {
    return engine.run(
        {{"x", floats({1}, {1})}, {"trips", Tensor::scalar(trips)}, {"least", Tensor::scalar(least)}});
  };
  expect_same(run(9, 4)[0].second, floats({4}, {-1, -1, -1, -1}));
  expect_same(run(9, 4)[1].second, floats({2}, {2, 4}));
  expect_same(run(1, 4)[1].second, floats({1}, {2}));
  expect_same(run(0, 4)[0].second, floats({1}, {-1}));
  expect_same(run(0, 4)[1].second, Tensor::zeros(DType::f32, {0}));
}

TEST_P(Stages, AreNotNeededForALoopWhoseTurnsAreCounted) {
  const Engine engine = engine_of(R"(graph g(x: f32[N]) {
    %three = constant i64[] {3}
    %true = constant bool[] {true}
    %last, %all = loop(%three, %true, %x) {carried = 1} {
      graph turn(turn: i64[], x: f32[?]) {
        %true = constant bool[] {true}
        %d = add(%x, %x)
        %f = cast(%turn) {dtype = f32}
        %out = add(%d, %f)
        return on = %true, d = %d, out = %out
      }
    }
    return last = %last, all = %all })");
  const auto found = engine.run({{"x", floats({2}, {1, 10})}});
  expect_same(found[0].second, floats({2}, {8, 80}));
  expect_same(found[1].second, floats({3, 2}, {2, 20, 5, 41, 10, 82}));
  EXPECT_NO_THROW(engine.session({{"x", {2}}}));
}

// The bound of one slice is the same at each turn, that of the other is not.
TEST_P(Stages, AreNotPlannedAnewForEachTurn) {
  const Engine engine = engine_of(R"(graph g(x: f32[N], turns: i64[]) {
    %true = constant bool[] {true}
    %one = constant i64[1] {1}
    %none, %all = loop(%turns, %true, %true, %x, %one) {carried = 1} {
      graph turn(turn: i64[], on: bool[], x: f32[?], one: i64[1]) {
        %at = reshape(%turn) {shape = [1]}
        %end = add(%at, %one)
        %here = slice(%x, %at, %end, %one)
        %zero = constant i64[1] {0}
        %first = slice(%x, %zero, %one, %one)
        %sum = add(%here, %first)
        return on = %on, on = %on, sum = %sum
      }
    }
    return all = %all })");
  const Tensor x = floats({6}, {1, 2, 3, 4, 5, 6});
  const auto run = [&](std::int64_t turns) {
    return engine.run({{"x", x}, {"turns", Tensor::scalar(turns)}})[0].second;
  };
  expect_same(run(3), floats({3, 1}, {2, 3, 4}));
  const std::size_t plans = engine.plans_made();
  expect_same(run(6), floats({6, 1}, {2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(engine.plans_made(), plans);
}

TEST_P(Stages, AreInsideBodiesToo) {
  const Engine engine = engine_of(R"(graph g(x: f32[N, 4]) {
    %zero = constant i64[] {0}
    %count, %counts = scan(%zero, %x) {carried = 1, scanned = 1} {
      graph row(count: i64[], row: f32[4]) {
        %at = nonzero(%row)
        %s = shape_of(%at)
        %n = slice(%s) {starts = [1], ends = [2]}
        %one = reshape(%n) {shape = []}
        %sum = add(%count, %one)
        return sum = %sum, n = %one
      }
    }
    return count = %count, counts = %counts })");
  const auto found = engine.run({{"x", floats({2, 4}, {1, 0, 0, 1, 1, 1, 1, 0})}});
  expect_same(found[0].second, Tensor::scalar(std::int64_t{5}));
  expect_same(found[1].second, longs({2}, {2, 3}));
}

TEST_P(Stages, TakeOutputsThatAreInputsAndOutputsThatAreTwice) {
  const Engine engine = engine_of(R"(graph g(x: f32[N]) {
    %at = nonzero(%x)
    %y = neg(%at)
    return x = %x, a = %at, b = %at, y = %y, z = %y })");
  const auto found = engine.run({{"x", floats({3}, {0, 2, 3})}});
  expect_same(found[0].second, floats({3}, {0, 2, 3}));
  expect_same(found[1].second, longs({1, 2}, {1, 2}));
  expect_same(found[2].second, longs({1, 2}, {1, 2}));
  expect_same(found[3].second, longs({1, 2}, {-1, -2}));
  expect_same(found[4].second, longs({1, 2}, {-1, -2}));
}

TEST_P(Stages, OfManyMoreShapesThanAreKeptAnswerAllTheSame) {
  const Engine engine(parse(kPositive), {{"w", Tensor::scalar(1.0f)}}, {},
                      {.backend = GetParam(), .plans = 1});
  for (const int count : {1, 2, 3, 1, 2, 3}) {
    Tensor x = Tensor::zeros(DType::f32, {4});
    for (int i = 0; i < count; ++i) x.set_number(i, 1);
    EXPECT_EQ(engine.run({{"x", x}})[0].second.size(), count);
  }
}

TEST_P(Stages, AnswerManyCallersAtOnce) {
  const Engine engine = engine_of(kPositive, {{"w", Tensor::scalar(2.0f)}});
  std::vector<std::thread> callers;
  std::atomic<int> wrong = 0;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&, caller] {
      Tensor x = Tensor::full(DType::f32, {4}, -1);
      for (int i = 0; i <= caller; ++i) x.set_number(i, 1);
      for (int turn = 0; turn < 20; ++turn)
        if (engine.run(x).size() != caller + 1) ++wrong;
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(engine.plans_made(), 5u);
}

TEST_P(Stages, HaveNoSession) {
  const Engine engine = engine_of(kPositive, {{"w", Tensor::scalar(1.0f)}});
  const std::string message = message_of([&] { engine.session({{"x", {5}}}); });
  EXPECT_NE(message.find("nonzero: its shape depends on data"), std::string::npos) << message;
  EXPECT_NE(message.find("Engine::run"), std::string::npos) << message;
}

TEST_P(Stages, AreVerifiedAgainstTheReference) {
  const Engine engine = engine_of(kPositive, {{"w", Tensor::scalar(3.0f)}});
  const AccuracyReport report = engine.verify({{"x", random_floats({50}, 7)}});
  for (const OutputError& error : report.outputs) EXPECT_LE(error.ulps, 1) << error.output;
}

std::vector<std::string> all_backends() { return backend_names(); }

INSTANTIATE_TEST_SUITE_P(Backends, Stages, ::testing::ValuesIn(all_backends()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace tenon
