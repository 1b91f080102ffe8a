#include "pass/fold_constants.h"

#include "pass/dead.h"
#include "pass/expect.h"

namespace tenon {
namespace {

Graph folded(const Graph& graph) { return remove_dead(fold_constants(graph)); }
void expect_unchanged(std::string_view program) { expect_pass(program, folded, program); }

TEST(FoldConstants, ComputesWhatIsMadeOfConstants) {
  expect_pass(R"(graph g(x: f32[2]) {
    %1 = constant f32[] {16.0}
    %2 = sqrt(%1)
    %3 = reciprocal(%2)
    %4 = broadcast_to(%3) {shape = [2]}
    %5 = mul(%x, %4)
    return y = %5 })",
              folded, R"(graph g(x: f32[2]) {
    %1 = constant f32[] {0.25}
    %2 = broadcast_to(%1) {shape = [2]}
    %3 = mul(%x, %2)
    return y = %3 })");
}

TEST(FoldConstants, SeesThroughBroadcasts) {
  expect_pass(R"(graph g(x: f32[2]) {
    %1 = constant f32[2] {1.0, 2.0}
    %2 = constant f32[] {0.5}
    %3 = broadcast_to(%2) {shape = [2]}
    %4 = mul(%1, %3)
    %5 = add(%x, %4)
    return y = %5 })",
              folded, R"(graph g(x: f32[2]) {
    %1 = constant f32[2] {0.5, 1.0}
    %2 = add(%x, %1)
    return y = %2 })");
}

TEST(FoldConstants, LeavesABroadcastAlone) {
  expect_unchanged(R"(graph g(x: f32[2]) {
    %1 = constant f32[] {0.5}
    %2 = broadcast_to(%1) {shape = [2]}
    %3 = mul(%x, %2)
    return y = %3 })");
}

TEST(FoldConstants, LeavesALongResultAlone) {
  expect_unchanged(R"(graph g() {
    %1 = constant f32[1, 2] {1.0, 2.0}
    %2 = constant f32[1, 1] {1.0}
    %3 = pad(%1) {high = [0, 2000], low = [0, 0]}
    %4 = pad(%2) {high = [0, 2001], low = [0, 0]}
    %5 = add(%3, %4)
    return y = %5 })");
}

TEST(FoldConstants, DrawsNoRandomNumbers) {
  expect_unchanged(R"(graph g() {
    %1 = constant u64[2] {1, 2}
    %2 = random_uniform(%1) {dtype = f32, shape = [4], stream = 1}
    return y = %2 })");
}

}  // namespace
}  // namespace tenon
