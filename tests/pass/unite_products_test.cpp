#include "pass/unite_products.h"

#include "pass/dead.h"
#include "pass/expect.h"

namespace tenon {
namespace {

Graph united(const Graph& graph) {
  return remove_dead(unite_products(graph, [](const Graph&, const Node&) { return true; }));
}
void expect_unchanged(std::string_view program) { expect_pass(program, united, program); }

TEST(UniteProducts, PutsWeightsAndBiasesSideBySide) {
  expect_pass(R"(graph g(x: f32[128, 96]) {
    %1 = state "q" : f32[96, 96]
    %2 = state "a" : f32[96]
    %3 = matmul(%x, %1)
    %4 = broadcast_to(%2) {shape = [128, 96]}
    %5 = add(%3, %4)
    %6 = reshape(%5) {shape = [128, 6, 16]}
    %7 = state "k" : f32[96, 192]
    %8 = state "b" : f32[1, 192]
    %9 = matmul(%x, %7)
    %10 = broadcast_to(%8) {shape = [128, 192]}
    %11 = add(%10, %9)
    %12 = transpose(%11)
    return y = %6, z = %12 })",
              united, R"(graph g(x: f32[128, 96]) {
    %1 = state "q" : f32[96, 96]
    %2 = state "a" : f32[96]
    %3 = state "k" : f32[96, 192]
    %4 = state "b" : f32[1, 192]
    %5 = reshape(%2) {shape = [96]}
    %6 = reshape(%4) {shape = [192]}
    %7 = concat(%1, %3) {axis = 1}
    %8 = matmul(%x, %7)
    %9 = concat(%5, %6) {axis = 0}
    %10 = add(%8, %9)
    %11 = slice(%10) {axes = [1], ends = [96], starts = [0], steps = [1]}
    %12 = reshape(%11) {shape = [128, 6, 16]}
    %13 = slice(%10) {axes = [1], ends = [288], starts = [96], steps = [1]}
    %14 = transpose(%13)
    return y = %12, z = %14 })");
}

TEST(UniteProducts, PutsTransposedWeightsBelowEachOther) {
  expect_pass(R"(graph g(x: f32[128, 96]) {
    %1 = state "q" : f32[96, 96]
    %2 = state "k" : f32[192, 96]
    %3 = matmul(%x, %1) {transpose_b = true}
    %4 = matmul(%x, %2) {transpose_b = true}
    %5 = transpose(%3)
    %6 = transpose(%4)
    return y = %5, z = %6 })",
              united, R"(graph g(x: f32[128, 96]) {
    %1 = state "q" : f32[96, 96]
    %2 = state "k" : f32[192, 96]
    %3 = concat(%1, %2) {axis = 0}
    %4 = matmul(%x, %3) {transpose_b = true}
    %5 = slice(%4) {axes = [1], ends = [96], starts = [0], steps = [1]}
    %6 = slice(%4) {axes = [1], ends = [288], starts = [96], steps = [1]}
    %7 = transpose(%5)
    %8 = transpose(%6)
    return y = %7, z = %8 })");
}

TEST(UniteProducts, LeavesProductsAloneThatGoOnIntoArithmetic) {
  expect_unchanged(R"(graph g(x: f32[128, 96]) {
    %1 = state "q" : f32[96, 96]
    %2 = state "k" : f32[96, 96]
    %3 = matmul(%x, %1)
    %4 = matmul(%x, %2)
    %5 = tanh(%3)
    %6 = exp(%4)
    return y = %5, z = %6 })");
}

TEST(UniteProducts, LeavesProductsOfDifferentValuesAlone) {
  expect_unchanged(R"(graph g(x: f32[128, 96], z: f32[128, 96]) {
    %1 = state "q" : f32[96, 96]
    %2 = state "k" : f32[96, 96]
    %3 = matmul(%x, %1)
    %4 = matmul(%z, %2)
    %5 = transpose(%3)
    %6 = transpose(%4)
    return y = %5, z = %6 })");
}

TEST(UniteProducts, LeavesWeightsAloneThatAreUpdatedOrInputs) {
  expect_unchanged(R"(graph g(x: f32[128, 96], k: f32[96, 96]) {
    %1 = state "q" : f32[96, 96]
    %2 = matmul(%x, %1)
    %3 = matmul(%x, %k)
    %4 = transpose(%2)
    %5 = transpose(%3)
    %6 = neg(%1)
    update "q" = %6
    return y = %4, z = %5 })");
}

TEST(UniteProducts, LeavesSmallOnesAlone) {
  expect_unchanged(R"(graph g(x: f32[1, 96]) {
    %1 = state "q" : f32[96, 96]
    %2 = state "k" : f32[96, 96]
    %3 = matmul(%x, %1)
    %4 = matmul(%x, %2)
    %5 = transpose(%3)
    %6 = transpose(%4)
    return y = %5, z = %6 })");
}

}  // namespace
}  // namespace tenon
