#include "pass/simplify.h"

#include "pass/dead.h"
#include "pass/expect.h"

namespace tenon {
namespace {

Graph simplified(const Graph& graph) { return remove_dead(simplify(graph)); }

void expect_simplified(std::string_view before, std::string_view after) {
  expect_pass(before, simplified, after);
}

TEST(Simplify, DropsAFactorOfOne) {
  expect_simplified(R"(graph g(x: f32[2]) {
    %1 = constant f32[] {1.0}
    %2 = broadcast_to(%1) {shape = [2]}
    %3 = mul(%x, %2)
    return y = %3 })",
                    "graph g(x: f32[2]) { return y = %x }");
}

TEST(Simplify, KeepsTheSumWithZeroWhichChangesMinusZero) {
  constexpr std::string_view kSum = R"(graph g(x: f32[]) {
    %1 = constant f32[] {0.0}
    %2 = add(%x, %1)
    return y = %2 })";
  expect_simplified(kSum, kSum);
}

TEST(Simplify, DropsTheSumWithMinusZero) {
  expect_simplified(R"(graph g(x: f32[]) {
    %1 = constant f32[] {-0.0}
    %2 = add(%1, %x)
    return y = %2 })",
                    "graph g(x: f32[]) { return y = %x }");
}

TEST(Simplify, DividesByAPowerOfTwoByMultiplying) {
  expect_simplified(R"(graph g(x: f32[]) {
    %1 = constant f32[] {4.0}
    %2 = div(%x, %1)
    return y = %2 })",
                    R"(graph g(x: f32[]) {
    %1 = constant f32[] {0.25}
    %2 = broadcast_to(%1) {shape = []}
    %3 = mul(%x, %2)
    return y = %3 })");
}

TEST(Simplify, KeepsADivisionWhoseInverseRounds) {
  constexpr std::string_view kThird = R"(graph g(x: f32[]) {
    %1 = constant f32[] {3.0}
    %2 = div(%x, %1)
    return y = %2 })";
  expect_simplified(kThird, kThird);
}

TEST(Simplify, JoinsReshapes) {
  expect_simplified(R"(graph g(x: f32[4, 6]) {
    %1 = reshape(%x) {shape = [24]}
    %2 = reshape(%1) {shape = [8, 3]}
    return y = %2 })",
                    R"(graph g(x: f32[4, 6]) {
    %1 = reshape(%x) {shape = [8, 3]}
    return y = %1 })");
}

TEST(Simplify, CancelsTranspositions) {
  expect_simplified(R"(graph g(x: f32[2, 3, 4]) {
    %1 = transpose(%x) {perm = [1, 2, 0]}
    %2 = transpose(%1) {perm = [2, 0, 1]}
    return y = %2 })",
                    "graph g(x: f32[2, 3, 4]) { return y = %x }");
}

TEST(Simplify, TakesATranspositionIntoTheProduct) {
  expect_simplified(R"(graph g(x: f32[3, 4], w: f32[3, 5]) {
    %2 = transpose(%x)
    %3 = matmul(%2, %w)
    return y = %3 })",
                    R"(graph g(x: f32[3, 4], w: f32[3, 5]) {
    %2 = matmul(%x, %w) {transpose_a = true}
    return y = %2 })");
}

TEST(Simplify, KeepsTheTypeThatATransposedProductIsSummedInto) {
  expect_simplified(R"(graph g(x: u8[3, 4], w: i8[3, 5]) {
    %2 = transpose(%x)
    %3 = matmul(%2, %w) {result = i32}
    return y = %3 })",
                    R"(graph g(x: u8[3, 4], w: i8[3, 5]) {
    %2 = matmul(%x, %w) {transpose_a = true, result = i32}
    return y = %2 })");
}

TEST(Simplify, LeavesTheGradientStopOutOnceThereIsNothingToStop) {
  expect_simplified("graph g(x: f32[]) { %1 = stop_gradient(%x) return y = %1 }",
                    "graph g(x: f32[]) { return y = %x }");
}

}  // namespace
}  // namespace tenon
