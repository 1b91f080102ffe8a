#include "pass/cse.h"
#include "pass/dead.h"
#include "pass/decompose.h"
#include "pass/expect.h"

namespace tenon {
namespace {

TEST(MergeCommon, ComputesOnceWhatIsComputedTwice) {
  expect_pass(R"(graph g(x: f32[2]) {
    %1 = exp(%x)
    %2 = exp(%x)
    %3 = add(%1, %2)
    return y = %3 })",
              merge_common, R"(graph g(x: f32[2]) {
    %1 = exp(%x)
    %2 = add(%1, %1)
    return y = %2 })");
}

TEST(MergeCommon, SeesThroughWhatItMerged) {
  expect_pass(R"(graph g(x: f32[2]) {
    %1 = exp(%x)
    %2 = exp(%x)
    %3 = neg(%1)
    %4 = neg(%2)
    return a = %3, b = %4 })",
              merge_common, R"(graph g(x: f32[2]) {
    %1 = exp(%x)
    %2 = neg(%1)
    return a = %2, b = %2 })");
}

TEST(MergeCommon, KeepsDifferentAttributesApart) {
  constexpr std::string_view kTwo = R"(graph g(x: f32[2, 2]) {
    %1 = reduce_sum(%x) {axes = [0]}
    %2 = reduce_sum(%x) {axes = [1]}
    return a = %1, b = %2 })";
  expect_pass(kTwo, merge_common, kTwo);
}

TEST(RemoveDead, DropsWhatNothingReads) {
  expect_pass(R"(graph g(x: f32[2]) {
    %1 = exp(%x)
    %2 = neg(%1)
    %3 = abs(%x)
    return y = %3 })",
              remove_dead, R"(graph g(x: f32[2]) {
    %1 = abs(%x)
    return y = %1 })");
}

TEST(RemoveDead, KeepsInputsStatesAndWhatAnUpdateNeeds) {
  constexpr std::string_view kStep = R"(graph g(x: f32[2], unused: f32[]) {
    %2 = state "w" : f32[2]
    %3 = state "idle" : f32[]
    %4 = add(%2, %x)
    update "w" = %4 })";
  expect_pass(kStep, remove_dead, kStep);
}

TEST(Decompose, WritesACompositeOutUnlessItIsKept) {
  const Graph program = parse("graph g(x: f32[2]) { %1 = relu(%x) %2 = sigmoid(%1) return y = %2 }");
  const Graph written =
      decompose(program, [](const Graph&, const Node& node) { return node.op == Op::sigmoid; });
  bool has_relu = false, has_sigmoid = false;
  for (const Node& node : written.nodes()) {
    has_relu |= node.op == Op::relu;
    has_sigmoid |= node.op == Op::sigmoid;
  }
  EXPECT_FALSE(has_relu);
  EXPECT_TRUE(has_sigmoid);
}

}  // namespace
}  // namespace tenon
