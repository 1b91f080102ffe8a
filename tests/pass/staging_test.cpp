// A program and the three that its first stage leaves.
#include "pass/staging.h"

#include <gtest/gtest.h>

#include "pass/dead.h"
#include "support/message_of.h"
#include "tenon/op.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

using Types = std::map<std::string, Type>;

struct Parts {
  std::string_view now, host, later;
};

void expect_stages(std::string_view source, const Types& inputs, const Parts& wanted,
                   const std::map<std::string, Tensor>& values = {}) {
  const Stage stage = first_stage(parse(source), inputs, values);
  EXPECT_EQ(print(remove_dead(stage.now)), print(parse(wanted.now)));
  EXPECT_EQ(print(stage.host), print(parse(wanted.host)));
  EXPECT_EQ(print(stage.later), print(parse(wanted.later)));
}

Type floats(Shape shape) { return Type::of(DType::f32, shape); }

TEST(Staging, CutsWhereAShapeDependsOnData) {
  expect_stages(R"(graph g(x: f32[N]) {
    %e = exp(%x)
    %p = nonzero(%e)
    %y = cast(%p) {dtype = f32}
    return e = %e, p = %p, y = %y })",
                {{"x", floats({8})}},
                {R"(graph g(x: f32[8]) {
    %e = exp(%x)
    return e = %e, v0 = %e })",
                 R"(graph g(v0: f32[8]) {
    %p = nonzero(%v0)
    return p = %p, v1 = %p })",
                 R"(graph g(v1: i64[1, ?]) {
    %y = cast(%v1) {dtype = f32}
    return y = %y })"});
}

TEST(Staging, SaysWhereEachOutputIsComputed) {
  const Stage stage = first_stage(parse(R"(graph g(x: f32[4]) {
    %p = nonzero(%x)
    %y = neg(%p)
    return y = %y, x = %x, p = %p })"),
                                  {});
  using enum Stage::Part;
  EXPECT_EQ(stage.outputs, (std::vector{later, now, host}));
  EXPECT_EQ(stage.why, "nonzero: its shape depends on data");
}

TEST(Staging, LeavesAProgramOfKnownShapesWhole) {
  const Stage stage = first_stage(parse(R"(graph g(x: f32[N]) {
    %s = shape_of(%x)
    %n = iota(%s)
    %p = nonzero(%n)
    %y = slice(%x, %s, %s, %s)
    return p = %p, y = %y })"),
                                  {{"x", floats({4})}});
  EXPECT_TRUE(stage.whole());
  EXPECT_EQ(to_string(stage.now.type(stage.now.outputs()[0].ref)), "i64[1, 3]");
}

TEST(Staging, HandsLeavesOnAsLeaves) {
  expect_stages(R"(graph g(x: f32[N]) {
    %w = state "w" : f32[1]
    %two = constant f32[] {2}
    %p = nonzero(%x)
    %f = cast(%p) {dtype = f32}
    %m = mul(%f, %two)
    %y = add(%w, %m)
    %z = gather(%x, %p)
    return y = %y, z = %z })",
                {{"x", floats({2})}},
                {R"(graph g(x: f32[2]) {
    %w = state "w" : f32[1]
    })",
                 R"(graph g(x: f32[2]) {
    %p = nonzero(%x)
    return v0 = %p })",
                 R"(graph g(v0: i64[1, ?], x: f32[2]) {
    %f = cast(%v0) {dtype = f32}
    %two = constant f32[] {2}
    %m = mul(%f, %two)
    %w = state "w" : f32[1]
    %y = add(%w, %m)
    %z = gather(%x, %v0)
    return y = %y, z = %z })"});
}

TEST(Staging, RunsOpsOnTheHostWhoseOperandsAreData) {
  expect_stages(R"(graph g(x: f32[N], at: i64[1]) {
    %end = add(%at, %at)
    %none = constant i64[0] {}
    %s = slice(%x, %at, %end, %none)
    %y = exp(%s)
    return y = %y })",
                {{"x", floats({8})}},
                {R"(graph g(x: f32[8], at: i64[1]) {
    %end = add(%at, %at)
    return v0 = %end })",
                 R"(graph g(x: f32[8], at: i64[1], v0: i64[1]) {
    %none = constant i64[0] {}
    %s = slice(%x, %at, %v0, %none)
    return v1 = %s })",
                 R"(graph g(v1: f32[?]) {
    %y = exp(%v1)
    return y = %y })"});
}

TEST(Staging, PlansWithTheValuesItIsGiven) {
  constexpr std::string_view kSource = R"(graph g(x: f32[N], k: i64[]) {
    %values, %places = top_k(%x, %k)
    return y = %values })";
  EXPECT_EQ(planning_inputs(parse(kSource)), std::vector<std::string>{"k"});
  expect_stages(kSource, {{"x", floats({8})}},
                {R"(graph g(x: f32[8], k: i64[]) {
    %values, %places = top_k(%x) {k = 3}
    return y = %values })",
                 "graph g() {}", "graph g() {}"},
                {{"k", Tensor::scalar(std::int64_t{3})}});
}

TEST(Staging, DoesArithmeticOnFloatsWhereAPlanNeedsIt) {
  expect_stages(R"(graph g(x: f32[N, 4]) {
    %s = shape_of(%x)
    %f = cast(%s) {dtype = f32}
    %half = constant f32[] {0.5}
    %h = mul(%f, %half)
    %n = cast(%h) {dtype = i64}
    %y = iota(%n)
    %z = mul(%half, %half)
    return y = %y, z = %z })",
                {{"x", floats({8, 4})}},
                {R"(graph g(x: f32[8, 4]) {
    %half = constant f32[] {0.5}
    %y = constant i64[4, 2] {0, 0, 1, 1, 2, 2, 3, 3}
    %z = mul(%half, %half)
    return y = %y, z = %z })",
                 "graph g() {}", "graph g() {}"});
}

constexpr std::string_view kBranches = R"(graph g(x: f32[N], c: bool[]) {
    %y = if_else(%c, %x) {
      graph all(x: f32[?]) { return x = %x }
      graph half(x: f32[?]) {
        %h = slice(%x) {starts = [0], ends = [2]}
        return h = %h
      }
    }
    %z = neg(%y)
    return z = %z })";

TEST(Staging, PlansBranchesOfOneShapeAtOnce) {
  EXPECT_TRUE(first_stage(parse(kBranches), {{"x", floats({2})}}).whole());
}

TEST(Staging, WaitsForTheConditionOfBranchesOfTwoShapes) {
  const Stage stage = first_stage(parse(kBranches), {{"x", floats({8})}});
  EXPECT_EQ(stage.why, "if_else: what its bodies return depends on data");
  EXPECT_EQ(to_string(stage.later.nodes()[0].results[0]), "f32[?]");
}

TEST(Staging, TakesABranchThatIsKnown) {
  expect_stages(R"(graph g(x: f32[N]) {
    %s = shape_of(%x)
    %two = constant i64[1] {2}
    %more = greater(%s, %two)
    %c = reshape(%more) {shape = []}
    %y = if_else(%c, %x) {
      graph first(x: f32[?]) {
        %h = slice(%x) {starts = [0], ends = [2]}
        return h = %h
      }
      graph all(x: f32[?]) { return x = %x }
    }
    return y = %y })",
                {{"x", floats({8})}},
                {R"(graph g(x: f32[8]) {
    %h = slice(%x) {starts = [0], ends = [2]}
    return y = %h })",
                 "graph g() {}", "graph g() {}"});
}

constexpr std::string_view kLoop = R"(graph g(x: f32[N], n: i64[]) {
    %true = constant bool[] {true}
    %last, %all = loop(%n, %true, %x) {carried = 1} {
      graph turn(turn: i64[], x: f32[?]) {
        %true = constant bool[] {true}
        %next = neg(%x)
        return on = %true, x = %next, out = %next
      }
    }
    return last = %last, all = %all })";

TEST(Staging, RunsALoopOnTheHostThatStacksOutputs) {
  const Graph graph = parse(kLoop);
  EXPECT_EQ(to_string(graph.type(graph.outputs()[1].ref)), "f32[?, ?]");
  const Stage stage = first_stage(graph, {{"x", floats({2})}});
  EXPECT_EQ(stage.outputs, (std::vector{Stage::Part::host, Stage::Part::host}));
  EXPECT_TRUE(stage.later.nodes().empty());
}

TEST(Staging, PlansALoopThatStacksOutputsWhereItsTurnsAreKnown) {
  expect_stages(R"(graph g(x: f32[N], w: f32[2]) {
    %true = constant bool[] {true}
    %three = constant i64[] {3}
    %last, %all = loop(%three, %true, %x, %w) {carried = 1} {
      graph turn(turn: i64[], x: f32[?], w: f32[?]) {
        %true = constant bool[] {true}
        %next = mul(%x, %w)
        return on = %true, x = %next, at = %turn
      }
    }
    return last = %last, all = %all })",
                {{"x", floats({2})}},
                {R"(graph g(x: f32[2], w: f32[2]) {
    %turns = constant i64[3] {0, 1, 2}
    %last, %all = scan(%x, %turns, %w) {carried = 1, scanned = 1} {
      graph turn(x: f32[2], turn: i64[], w: f32[2]) {
        %true = constant bool[] {true}
        %next = mul(%x, %w)
        return x = %next, at = %turn
      }
    } : f32[2], i64[3]
    return last = %last, all = %all })",
                 "graph g() {}", "graph g() {}"});
}

TEST(Staging, GivesABodyTheConstantsItsShapesDependOn) {
  EXPECT_TRUE(first_stage(parse(R"(graph g(x: f32[4], c: bool[]) {
    %k = constant i64[] {2}
    %y = if_else(%c, %x, %k) {
      graph a(x: f32[4], k: i64[]) {
        %v, %p = top_k(%x, %k)
        return v = %v
      }
      graph b(x: f32[4], k: i64[]) {
        %h = slice(%x) {starts = [0], ends = [2]}
        return h = %h
      }
    }
    return y = %y })"),
                          {})
                  .whole());
}

TEST(Staging, DoesNotCutForWhatNothingReads) {
  EXPECT_TRUE(first_stage(parse(R"(graph g(x: f32[4]) {
    %p = nonzero(%x)
    %y = neg(%x)
    return y = %y })"),
                          {})
                  .whole());
}

TEST(Staging, NamesWhatCrossesUnlikeAnyInput) {
  const Stage stage = first_stage(parse(R"(graph g(v0: f32[4], v1: f32[4]) {
    %s = add(%v0, %v1)
    %p = nonzero(%s)
    return p = %p })"),
                                  {});
  EXPECT_EQ(name_of(stage.host.nodes()[0]), "v2");
}

TEST(Staging, IsNotForStates) {
  const Graph graph = parse(R"(graph g(x: f32[4]) {
    %s = state "s" : i64[1, 4]
    %p = nonzero(%x)
    update "s" = %p })");
  EXPECT_NE(message_of([&] { first_stage(graph, {}); }).find("nonzero: its shape depends on data"),
            std::string::npos);
}

}  // namespace
}  // namespace tenon
