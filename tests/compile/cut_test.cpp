// Where programs are cut, as text: the plans as programs, the controls by the values that they read and
// write.
#include "compile/cut.h"

#include <gtest/gtest.h>

#include "ir/verify.h"

namespace tenon {
namespace {

std::string spelled(Ref ref) { return ref.result == 0 ? cat(ref.node) : cat(ref.node, "_", ref.result); }

std::string control_line(const Graph& program, const Segment& segment) {
  const Node& node = program.nodes()[segment.control];
  std::string line = cat(describe(node), " reads");
  for (const Ref read : segment.traffic.reads) line += " " + spelled(read);
  line += ", writes";
  for (const auto& [value, output] : segment.traffic.writes)
    line += output ? cat(" output ", *output) : " " + spelled(value);
  return line + "\n";
}

std::string plan_text(const Segment& segment) {
  verify_typed(segment.program);
  return print(segment.program);
}

// `expected` holds plans as programs and controls as lines; each starts a line without indentation.
void expect_cut(std::string_view before, const std::vector<std::string_view>& expected) {
  const Graph program = parse(before);
  verify_typed(program);
  std::string got;
  for (const Segment& segment : cut(program))
    got += segment.control == Segment::kNone ? plan_text(segment) : control_line(program, segment);
  std::string wanted;
  for (const std::string_view part : expected)
    wanted += part.starts_with("graph") ? print(parse(part)) : cat(part, "\n");
  EXPECT_EQ(got, wanted);
}

TEST(Cut, RunsPlansBeforeAndAfterABody) {
  expect_cut(R"(graph g(c: bool[], x: f32[2]) {
    %2 = exp(%x)
    %3 = if_else(%c, %2) { graph a(v: f32[2]) { return y = %v } graph b(v: f32[2]) { %1 = neg(%v) return y = %1 } }
    %4 = neg(%3)
    return y = %4 })",
             {R"(graph g_0(x: f32[2]) { %1 = exp(%x) return v2 = %1 })", "if_else reads 0 2, writes 3",
              R"(graph g_1(v3: f32[2]) { %1 = neg(%v3) return y = %1 })"});
}

TEST(Cut, ComputesPositionsInTheirReadersPlan) {
  expect_cut(R"(graph g(c: bool[], x: f32[2]) {
    %2 = iota() {shape = [2], dtype = f32}
    %3 = mul(%2, %2)
    %4 = exp(%x)
    %5 = if_else(%c, %4) { graph a(v: f32[2]) { return y = %v } graph b(v: f32[2]) { %1 = neg(%v) return y = %1 } }
    %6 = add(%5, %3)
    return y = %6 })",
             {R"(graph g_0(x: f32[2]) { %1 = exp(%x) return v4 = %1 })", "if_else reads 0 4, writes 5",
              R"(graph g_1(v5: f32[2]) {
    %1 = iota() {shape = [2], dtype = f32}
    %2 = mul(%1, %1)
    %3 = add(%v5, %2)
    return y = %3 })"});
}

TEST(Cut, LetsEachPlanMakeWhatIsMadeOfConstants) {
  expect_cut(R"(graph g(c: bool[], x: f32[2]) {
    %2 = iota() {shape = [2], dtype = f32}
    %4 = add(%x, %2)
    %5 = if_else(%c, %4) { graph a(v: f32[2]) { return y = %v } graph b(v: f32[2]) { %1 = neg(%v) return y = %1 } }
    %6 = add(%5, %2)
    return y = %6 })",
             {R"(graph g_0(x: f32[2]) {
    %1 = iota() {shape = [2], dtype = f32}
    %2 = add(%x, %1)
    return v3 = %2 })",
              "if_else reads 0 3, writes 4", R"(graph g_1(v4: f32[2]) {
    %1 = iota() {shape = [2], dtype = f32}
    %2 = add(%v4, %1)
    return y = %2 })"});
}

TEST(Cut, MakesNoPlanWhereThereIsNothingToDo) {
  expect_cut(R"(graph g(c: bool[], x: f32[2]) {
    %2 = if_else(%c, %x) { graph a(v: f32[2]) { return y = %v } graph b(v: f32[2]) { %1 = neg(%v) return y = %1 } }
    return y = %2 })",
             {"if_else reads 0 1, writes output 0"});
}

TEST(Cut, RunsControlsThatDoNotWaitForAPlanOneAfterTheOther) {
  expect_cut(
      R"(graph g(h: f32[], x: f32[3]) {
    %2 = exp(%h)
    %3, %4 = scan(%2, %x) {carried = 1, scanned = 1} { graph a(h: f32[], x: f32[]) { %2 = add(%h, %x) return h = %2, y = %2 } }
    %5, %6 = scan(%3, %4) {carried = 1, scanned = 1} { graph b(h: f32[], x: f32[]) { %2 = mul(%h, %x) return h = %2, y = %2 } }
    %7 = neg(%6)
    return y = %7 })",
      {R"(graph g_0(h: f32[]) { %1 = exp(%h) return v2 = %1 })", "scan reads 2 1, writes 3 3_1",
       "scan reads 3 3_1, writes 4 4_1", R"(graph g_1(v4_1: f32[3]) { %1 = neg(%v4_1) return y = %1 })"});
}

constexpr std::string_view kChoice =
    "{ graph a(v: f32[]) { return y = %v } graph b(v: f32[]) { %1 = neg(%v) return y = %1 } }";

TEST(Cut, ComputesLateWhatIsReadLate) {
  expect_cut(cat(R"(graph g(c: bool[], x: f32[], w: f32[8]) {
    %3 = exp(%w)
    %4 = if_else(%c, %x) )",
                 kChoice, R"(
    %5 = broadcast_to(%4) {shape = [8]}
    %6 = add(%3, %5)
    return y = %6 })"),
             {"if_else reads 0 1, writes 4", R"(graph g_1(w: f32[8], v4: f32[]) {
    %2 = exp(%w)
    %3 = broadcast_to(%v4) {shape = [8]}
    %4 = add(%2, %3)
    return y = %4 })"});
}

TEST(Cut, LetsTheSmallerValueCross) {
  expect_cut(cat(R"(graph g(c: bool[], x: f32[], w: f32[8]) {
    %3 = exp(%w)
    %4 = reduce_sum(%3) {axes = [0]}
    %5 = if_else(%c, %x) )",
                 kChoice, R"(
    %6 = add(%4, %5)
    return big = %3, y = %6 })"),
             {R"(graph g_0(w: f32[8]) { %1 = exp(%w) return big = %1 })", "if_else reads 0 1, writes 5",
              R"(graph g_1(v3: f32[8], v5: f32[]) {
    %2 = reduce_sum(%v3) {axes = [0]}
    %3 = add(%2, %v5)
    return y = %3 })"});
  expect_cut(cat(R"(graph g(c: bool[], x: f32[], w: f32[8]) {
    %3 = exp(%w)
    %4 = reduce_sum(%3) {axes = [0]}
    %5 = add(%x, %4)
    %6 = if_else(%c, %5) )",
                 kChoice, R"(
    %7 = add(%4, %6)
    return y = %7 })"),
             {R"(graph g_0(w: f32[8], x: f32[]) {
    %2 = exp(%w)
    %3 = reduce_sum(%2) {axes = [0]}
    %4 = add(%x, %3)
    return v4 = %3, v5 = %4 })",
              "if_else reads 0 5, writes 6", R"(graph g_1(v4: f32[], v6: f32[]) {
    %2 = add(%v4, %v6)
    return y = %2 })"});
}

TEST(Cut, UpdatesStatesInTheLastPlan) {
  expect_cut(cat(R"(graph g(c: bool[], x: f32[]) {
    %2 = state "w" : f32[]
    %3 = mul(%2, %x)
    %4 = if_else(%c, %2) )",
                 kChoice, R"(
    update "w" = %3
    return y = %4 })"),
             {"if_else reads 0 2, writes output 0", R"(graph g_1(x: f32[]) {
    %1 = state "w" : f32[]
    %2 = mul(%1, %x)
    update "w" = %2 })"});
}

TEST(Cut, FillsOutputsThatNoSegmentComputesInTheLastPlan) {
  expect_cut(cat(R"(graph g(c: bool[], x: f32[]) {
    %2 = if_else(%c, %x) )",
                 kChoice, R"(
    return y = %2, same = %2, x = %x })"),
             {"if_else reads 0 1, writes output 0",
              R"(graph g_1(v2: f32[], x: f32[]) { return same = %v2, x = %x })"});
}

TEST(Cut, WritesConstantsIntoEachPlanThatReadsThem) {
  expect_cut(cat(R"(graph g(c: bool[], x: f32[]) {
    %2 = constant f32[] {2}
    %3 = add(%x, %2)
    %4 = if_else(%c, %3) )",
                 kChoice, R"(
    %5 = add(%4, %2)
    return y = %5 })"),
             {R"(graph g_0(x: f32[]) {
    %1 = constant f32[] {2}
    %2 = add(%x, %1)
    return v3 = %2 })",
              "if_else reads 0 3, writes 4", R"(graph g_1(v4: f32[]) {
    %1 = constant f32[] {2}
    %2 = add(%v4, %1)
    return y = %2 })"});
}

}  // namespace
}  // namespace tenon
