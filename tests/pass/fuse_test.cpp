// Which nodes the fuse pass puts together, on a backend that runs products as steps of their own and all else
// as loops.
#include "pass/fuse.h"

#include <gtest/gtest.h>

#include "pass/loops_and_products.h"
#include "tenon/op.h"

namespace tenon {
namespace {

// The ops of each step, in order: "product | exp neg".
std::string steps_of(std::string_view program) {
  const Graph lowered = fuse(parse(program), LoopsAndProducts());
  std::string steps;
  for (const Node& node : lowered.nodes()) {
    if (node.op == Op::input || node.op == Op::state || node.op == Op::constant) continue;
    if (!steps.empty()) steps += " | ";
    if (node.op != Op::fused) {
      steps += definition(node.op).name;
      continue;
    }
    std::string ops;
    for (const Node& inner : node.bodies[0]->nodes())
      if (inner.op != Op::input) ops += cat(ops.empty() ? "" : " ", definition(inner.op).name);
    steps += ops;
  }
  return steps;
}

TEST(Fuse, PutsWhatStandsBetweenTwoProductsTogether) {
  EXPECT_EQ(steps_of(R"(graph g(x: f32[4, 4]) {
    %1 = matmul(%x, %x)
    %2 = exp(%1)
    %3 = neg(%2)
    %4 = matmul(%3, %x)
    return y = %4 })"),
            "matmul | exp neg | matmul");
}

TEST(Fuse, ComputesPositionsWhereTheyAreRead) {
  EXPECT_EQ(steps_of(R"(graph g(x: f32[4, 4]) {
    %0 = constant f32[] {2}
    %1 = broadcast_to(%0) {shape = [4, 4]}
    %2 = iota() {shape = [4, 4], axis = 0, dtype = f32}
    %3 = mul(%2, %1)
    %4 = neg(%x)
    %5 = matmul(%4, %x)
    %6 = add(%5, %3)
    return y = %6, first = %4 })"),
            "neg | matmul | iota constant broadcast_to mul add");
}

// The mask of an activation: what it is made of is in memory anyway.
TEST(Fuse, ComputesLateWhatOnlyLaterStepsRead) {
  EXPECT_EQ(steps_of(R"(graph g(x: f32[4, 4]) {
    %1 = neg(%x)
    %2 = exp(%x)
    %3 = matmul(%1, %x)
    %4 = add(%3, %2)
    return y = %4 })"),
            "neg | matmul | exp add");
}

// An optimiser that waits for the sum of all gradients: one gradient is kept, not two new values.
TEST(Fuse, KeepsTheSmallerSideOfAChainThatWaits) {
  EXPECT_EQ(steps_of(R"(graph g(x: f32[4, 4]) {
    %1 = exp(%x)
    %2 = reduce_sum(%1)
    %3 = sin(%1)
    %4 = cos(%1)
    %5 = matmul(%x, %x)
    %6 = add(%5, %3)
    %7 = mul(%5, %4)
    return sum = %2, a = %6, b = %7 })"),
            "exp reduce_sum | matmul | sin cos add mul");
}

TEST(Fuse, KeepsAResultRatherThanItsTwoOperands) {
  EXPECT_EQ(steps_of(R"(graph g(x: f32[4, 4]) {
    %1 = exp(%x)
    %2 = sin(%x)
    %3 = reduce_sum(%1)
    %4 = reduce_sum(%2)
    %5 = mul(%1, %2)
    %6 = matmul(%x, %x)
    %7 = add(%6, %5)
    return a = %3, b = %4, c = %7 })"),
            "exp sin reduce_sum reduce_sum mul | matmul | add");
}

}  // namespace
}  // namespace tenon
