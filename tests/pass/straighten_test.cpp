#include "pass/straighten.h"

#include "pass/expect.h"

namespace tenon {
namespace {

TEST(StraightenWeights, TransposesAMatrixThatIsFixed) {
  expect_pass(R"(graph g(x: f32[2, 3]) {
    %1 = state "w" : f32[1, 4, 3]
    %2 = reshape(%1) {shape = [4, 3]}
    %3 = matmul(%x, %2) {transpose_b = true}
    return y = %3 })",
              straighten_weights, R"(graph g(x: f32[2, 3]) {
    %1 = state "w" : f32[1, 4, 3]
    %2 = reshape(%1) {shape = [4, 3]}
    %3 = transpose(%2) {perm = [1, 0]}
    %4 = matmul(%x, %3)
    return y = %4 })");
}

TEST(StraightenWeights, LeavesAMatrixThatIsComputedInEveryRun) {
  constexpr auto kText = R"(graph g(x: f32[2, 3], w: f32[4, 3]) {
    %1 = matmul(%x, %w) {transpose_b = true}
    return y = %1 })";
  expect_pass(kText, straighten_weights, kText);
}

TEST(StraightenWeights, LeavesAMatrixThatIsUpdated) {
  constexpr auto kText = R"(graph g(x: f32[2, 3]) {
    %1 = state "w" : f32[4, 3]
    %2 = matmul(%x, %1) {transpose_b = true}
    %3 = neg(%1)
    return y = %2
    update "w" = %3 })";
  expect_pass(kText, straighten_weights, kText);
}

}  // namespace
}  // namespace tenon
