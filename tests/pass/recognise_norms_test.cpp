#include "pass/recognise_norms.h"

#include "pass/expect.h"

namespace tenon {
namespace {

void expect_recognised(std::string_view before, std::string_view after) {
  expect_pass(before, recognise_norms, after);
}
void expect_unchanged(std::string_view program) { expect_recognised(program, program); }

TEST(RecogniseNorms, SeesLayerNormWithARootAndADivision) {
  expect_recognised(R"(graph g(x: f32[2, 4]) {
    %1 = state "s" : f32[4]
    %2 = state "b" : f32[4]
    %3 = reduce_mean(%x) {axes = [-1], keep = true}
    %4 = broadcast_to(%3) {shape = [2, 4]}
    %5 = sub(%x, %4)
    %6 = constant f32[] {2.0}
    %7 = broadcast_to(%6) {shape = [2, 4]}
    %8 = pow(%5, %7)
    %9 = reduce_mean(%8) {axes = [-1], keep = true}
    %10 = constant f32[] {0.001}
    %11 = broadcast_to(%10) {shape = [2, 1]}
    %12 = add(%9, %11)
    %13 = sqrt(%12)
    %14 = broadcast_to(%13) {shape = [2, 4]}
    %15 = div(%5, %14)
    %16 = broadcast_to(%1) {shape = [2, 4]}
    %17 = mul(%15, %16)
    %18 = broadcast_to(%2) {shape = [2, 4]}
    %19 = add(%17, %18)
    return y = %19 })",
                    R"(graph g(x: f32[2, 4]) {
    %1 = state "s" : f32[4]
    %2 = state "b" : f32[4]
    %3 = layer_norm(%x, %1, %2) {axis = 1, epsilon = 0.0010000000474974513}
    return y = %3 })");
}

TEST(RecogniseNorms, SeesLayerNormWithTheScaleAtTheRootAndTheMeanAtTheBias) {
  expect_recognised(R"(graph g(x: f32[2, 4]) {
    %1 = state "s" : f32[1, 4]
    %2 = state "b" : f32[4]
    %3 = reduce_mean(%x) {axes = [1], keep = true}
    %4 = broadcast_to(%3) {shape = [2, 4]}
    %5 = sub(%x, %4)
    %6 = mul(%5, %5)
    %7 = reduce_mean(%6) {axes = [1], keep = true}
    %8 = constant f32[] {0.5}
    %9 = broadcast_to(%8) {shape = [2, 1]}
    %10 = add(%7, %9)
    %11 = rsqrt(%10)
    %12 = broadcast_to(%11) {shape = [2, 4]}
    %13 = broadcast_to(%1) {shape = [2, 4]}
    %14 = mul(%12, %13)
    %15 = mul(%x, %14)
    %16 = mul(%4, %14)
    %17 = broadcast_to(%2) {shape = [2, 4]}
    %18 = sub(%17, %16)
    %19 = add(%15, %18)
    return y = %19 })",
                    R"(graph g(x: f32[2, 4]) {
    %1 = state "s" : f32[1, 4]
    %2 = state "b" : f32[4]
    %3 = reshape(%1) {shape = [4]}
    %4 = layer_norm(%x, %3, %2) {axis = 1, epsilon = 0.5}
    return y = %4 })");
}

TEST(RecogniseNorms, SeesTheScaleBySquaresAlone) {
  expect_recognised(R"(graph g(x: f32[2, 4]) {
    %1 = state "s" : f32[4]
    %2 = mul(%x, %x)
    %3 = reduce_sum(%2) {axes = [1], keep = true}
    %4 = constant f32[] {4.0}
    %5 = broadcast_to(%4) {shape = [2, 1]}
    %6 = div(%3, %5)
    %7 = constant f32[] {0.5}
    %8 = broadcast_to(%7) {shape = [2, 1]}
    %9 = add(%6, %8)
    %10 = sqrt(%9)
    %11 = reciprocal(%10)
    %12 = broadcast_to(%11) {shape = [2, 4]}
    %13 = mul(%x, %12)
    %14 = broadcast_to(%1) {shape = [2, 4]}
    %15 = mul(%14, %13)
    return y = %15 })",
                    R"(graph g(x: f32[2, 4]) {
    %1 = state "s" : f32[4]
    %2 = rms_norm(%x, %1) {axis = 1, epsilon = 0.5}
    return y = %2 })");
}

TEST(RecogniseNorms, LeavesAnEpsilonOutsideTheRootAlone) {
  expect_unchanged(R"(graph g(x: f32[2, 4]) {
    %1 = mul(%x, %x)
    %2 = reduce_mean(%1) {axes = [1], keep = true}
    %3 = sqrt(%2)
    %4 = constant f32[] {0.5}
    %5 = broadcast_to(%4) {shape = [2, 1]}
    %6 = add(%3, %5)
    %7 = broadcast_to(%6) {shape = [2, 4]}
    %8 = div(%x, %7)
    return y = %8 })");
}

TEST(RecogniseNorms, LeavesAxesThatAreNotTheLastAlone) {
  expect_unchanged(R"(graph g(x: f32[2, 4]) {
    %1 = mul(%x, %x)
    %2 = reduce_mean(%1) {axes = [0], keep = true}
    %3 = constant f32[] {0.5}
    %4 = broadcast_to(%3) {shape = [1, 4]}
    %5 = add(%2, %4)
    %6 = rsqrt(%5)
    %7 = broadcast_to(%6) {shape = [2, 4]}
    %8 = mul(%x, %7)
    return y = %8 })");
}

TEST(RecogniseNorms, LeavesAloneWhatOthersReadAPartOf) {
  expect_unchanged(R"(graph g(x: f32[2, 4]) {
    %1 = mul(%x, %x)
    %2 = reduce_mean(%1) {axes = [1], keep = true}
    %3 = constant f32[] {0.5}
    %4 = broadcast_to(%3) {shape = [2, 1]}
    %5 = add(%2, %4)
    %6 = rsqrt(%5)
    %7 = broadcast_to(%6) {shape = [2, 4]}
    %8 = mul(%x, %7)
    return y = %8, inverse = %6 })");
}

}  // namespace
}  // namespace tenon
