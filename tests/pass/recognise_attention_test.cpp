#include "pass/recognise_attention.h"

#include "pass/expect.h"

namespace tenon {
namespace {

void expect_recognised(std::string_view before, std::string_view after) {
  expect_pass(before, recognise_attention, after);
}
void expect_unchanged(std::string_view program) { expect_recognised(program, program); }

TEST(RecogniseAttention, SeesScoresThatAreDividedAndMasked) {
  expect_recognised(R"(graph g(q: f32[2, 3, 4], k: f32[2, 5, 4], v: f32[2, 5, 4], m: f32[2, 1, 5]) {
    %1 = transpose(%k) {perm = [0, 2, 1]}
    %2 = matmul(%q, %1)
    %3 = constant f32[] {2.0}
    %4 = broadcast_to(%3) {shape = [2, 3, 5]}
    %5 = div(%2, %4)
    %6 = broadcast_to(%m) {shape = [2, 3, 5]}
    %7 = add(%6, %5)
    %8 = softmax(%7)
    %9 = matmul(%8, %v)
    return y = %9 })",
                    R"(graph g(q: f32[2, 3, 4], k: f32[2, 5, 4], v: f32[2, 5, 4], m: f32[2, 1, 5]) {
    %1 = transpose(%k) {perm = [0, 2, 1]}
    %2 = transpose(%1) {perm = [0, 2, 1]}
    %3 = attention(%q, %2, %v, %m) {scale = 0.5}
    return y = %3 })");
}

TEST(RecogniseAttention, SeesTheScaleAtQueriesAndKeys) {
  expect_recognised(R"(graph g(q: f32[3, 4], k: f32[5, 4], v: f32[5, 4]) {
    %1 = constant f32[] {0.5}
    %2 = broadcast_to(%1) {shape = [3, 4]}
    %3 = mul(%q, %2)
    %4 = broadcast_to(%1) {shape = [5, 4]}
    %5 = mul(%4, %k)
    %6 = matmul(%3, %5) {transpose_b = true}
    %7 = softmax(%6) {axis = 1}
    %8 = matmul(%7, %v)
    return y = %8 })",
                    R"(graph g(q: f32[3, 4], k: f32[5, 4], v: f32[5, 4]) {
    %1 = attention(%q, %k, %v) {scale = 0.25}
    return y = %1 })");
}

TEST(RecogniseAttention, LeavesOneMatrixOfKeysForAllBatchesAlone) {
  expect_unchanged(R"(graph g(q: f32[2, 3, 4], k: f32[5, 4], v: f32[2, 5, 4]) {
    %1 = matmul(%q, %k) {transpose_b = true}
    %2 = softmax(%1)
    %3 = matmul(%2, %v)
    return y = %3 })");
}

TEST(RecogniseAttention, LeavesWeightsThatOthersReadAlone) {
  expect_unchanged(R"(graph g(q: f32[3, 4], k: f32[5, 4], v: f32[5, 4]) {
    %1 = matmul(%q, %k) {transpose_b = true}
    %2 = softmax(%1)
    %3 = matmul(%2, %v)
    return y = %3, weights = %2 })");
}

TEST(RecogniseAttention, LeavesASoftmaxOfQueriesAlone) {
  expect_unchanged(R"(graph g(q: f32[5, 4], k: f32[5, 4], v: f32[5, 4]) {
    %1 = matmul(%q, %k) {transpose_b = true}
    %2 = softmax(%1) {axis = 0}
    %3 = matmul(%2, %v)
    return y = %3 })");
}

}  // namespace
}  // namespace tenon
