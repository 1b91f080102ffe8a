#include "pass/fold_scales.h"

#include "pass/dead.h"
#include "pass/expect.h"

namespace tenon {
namespace {

Graph folded(const Graph& graph) {
  return remove_dead(fold_scales(graph, [](const Graph&, const Node&) { return true; }));
}

TEST(FoldScales, MakesANormalisationPartOfTheFilters) {
  expect_pass(R"(graph g(x: f32[1, 3, 5, 5]) {
    %1 = state "w" : f32[8, 3, 3, 3]
    %2 = state "m" : f32[8, 1, 1]
    %3 = state "s" : f32[8, 1, 1]
    %4 = conv(%x, %1)
    %5 = broadcast_to(%2) {shape = [1, 8, 3, 3]}
    %6 = sub(%4, %5)
    %7 = broadcast_to(%3) {shape = [1, 8, 3, 3]}
    %8 = mul(%6, %7)
    return y = %8 })",
              folded, R"(graph g(x: f32[1, 3, 5, 5]) {
    %1 = state "w" : f32[8, 3, 3, 3]
    %2 = state "m" : f32[8, 1, 1]
    %3 = state "s" : f32[8, 1, 1]
    %4 = reshape(%2) {shape = [8]}
    %5 = neg(%4)
    %6 = reshape(%3) {shape = [8]}
    %7 = mul(%5, %6)
    %8 = reshape(%6) {shape = [8, 1, 1, 1]}
    %9 = mul(%1, %8)
    %10 = conv(%x, %9)
    %11 = reshape(%7) {shape = [1, 8, 1, 1]}
    %12 = add(%10, %11)
    return y = %12 })");
}

TEST(FoldScales, ScalesTheColumnsOfAMatrix) {
  expect_pass(R"(graph g(x: f32[2, 3]) {
    %1 = state "w" : f32[3, 4]
    %2 = state "s" : f32[4]
    %3 = matmul(%x, %1)
    %4 = broadcast_to(%2) {shape = [2, 4]}
    %5 = mul(%4, %3)
    return y = %5 })",
              folded, R"(graph g(x: f32[2, 3]) {
    %1 = state "w" : f32[3, 4]
    %2 = state "s" : f32[4]
    %3 = reshape(%2) {shape = [4]}
    %4 = reshape(%3) {shape = [1, 4]}
    %5 = mul(%1, %4)
    %6 = matmul(%x, %5)
    return y = %6 })");
}

void expect_unchanged(std::string_view program) { expect_pass(program, folded, program); }

TEST(FoldScales, LeavesABiasAlone) {
  expect_unchanged(R"(graph g(x: f32[2, 3]) {
    %1 = state "w" : f32[3, 4]
    %2 = state "b" : f32[4]
    %3 = matmul(%x, %1)
    %4 = broadcast_to(%2) {shape = [2, 4]}
    %5 = add(%3, %4)
    return y = %5 })");
}

TEST(FoldScales, LeavesRowsAndInputsAlone) {
  expect_unchanged(R"(graph g(x: f32[2, 3], s: f32[4]) {
    %2 = state "w" : f32[3, 4]
    %3 = state "r" : f32[2, 1]
    %4 = matmul(%x, %2)
    %5 = broadcast_to(%3) {shape = [2, 4]}
    %6 = mul(%4, %5)
    %7 = broadcast_to(%s) {shape = [2, 4]}
    %8 = mul(%6, %7)
    return y = %8 })");
}

TEST(FoldScales, LeavesAProductThatOthersReadAlone) {
  expect_unchanged(R"(graph g(x: f32[2, 3]) {
    %1 = state "w" : f32[3, 4]
    %2 = state "s" : f32[4]
    %3 = matmul(%x, %1)
    %4 = broadcast_to(%2) {shape = [2, 4]}
    %5 = mul(%3, %4)
    return y = %5, plain = %3 })");
}

TEST(FoldScales, LeavesWeightsThatAreUpdatedAlone) {
  expect_unchanged(R"(graph g(x: f32[2, 3]) {
    %1 = state "w" : f32[3, 4]
    %2 = state "s" : f32[4]
    %3 = matmul(%x, %1)
    %4 = broadcast_to(%2) {shape = [2, 4]}
    %5 = mul(%3, %4)
    %6 = neg(%1)
    update "w" = %6
    return y = %5 })");
}

TEST(FoldScales, LeavesWeightsOf16BitsThatAreSummedIntoMoreAlone) {
  expect_unchanged(R"(graph g(x: bf16[2, 3]) {
    %1 = state "w" : bf16[3, 4]
    %2 = state "s" : f32[4]
    %3 = matmul(%x, %1) {result = f32}
    %4 = broadcast_to(%2) {shape = [2, 4]}
    %5 = mul(%3, %4)
    return y = %5 })");
}

TEST(FoldScales, LeavesTypesOf16BitsAlone) {
  expect_unchanged(R"(graph g(x: bf16[2, 3]) {
    %1 = state "w" : bf16[3, 4]
    %2 = state "s" : bf16[4]
    %3 = matmul(%x, %1)
    %4 = broadcast_to(%2) {shape = [2, 4]}
    %5 = mul(%3, %4)
    return y = %5 })");
}

}  // namespace
}  // namespace tenon
