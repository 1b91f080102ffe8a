#include "pass/recognise_softmax.h"

#include "pass/expect.h"

namespace tenon {
namespace {

void expect_recognised(std::string_view before, std::string_view after) {
  expect_pass(before, recognise_softmax, after);
}
void expect_unchanged(std::string_view program) { expect_recognised(program, program); }

constexpr std::string_view kSoftmax =
    "graph g(x: f32[2, 3, 3]) { %1 = softmax(%x) {axis = 1} return y = %1 }";

TEST(RecogniseSoftmax, SeesItShiftedByTheLargest) {
  expect_recognised(R"(graph g(x: f32[2, 3, 3]) {
    %1 = reduce_max(%x) {axes = [1], keep = true}
    %2 = broadcast_to(%1) {shape = [2, 3, 3]}
    %3 = sub(%x, %2)
    %4 = exp(%3)
    %5 = reduce_sum(%4) {axes = [1], keep = true}
    %6 = broadcast_to(%5) {shape = [2, 3, 3]}
    %7 = div(%4, %6)
    return y = %7 })",
                    kSoftmax);
}

TEST(RecogniseSoftmax, SeesItUnshiftedWithAReciprocal) {
  expect_recognised(R"(graph g(x: f32[2, 3, 3]) {
    %1 = exp(%x)
    %2 = reduce_sum(%1) {axes = [-2]}
    %3 = reshape(%2) {shape = [2, 1, 3]}
    %4 = reciprocal(%3)
    %5 = broadcast_to(%4) {shape = [2, 3, 3]}
    %6 = mul(%5, %1)
    return y = %6 })",
                    kSoftmax);
}

TEST(RecogniseSoftmax, KeepsAShiftThatIsNotTheLargest) {
  expect_recognised(R"(graph g(x: f32[2, 3, 3], z: f32[2, 3, 3]) {
    %1 = sub(%x, %z)
    %2 = exp(%1)
    %3 = reduce_sum(%2) {axes = [1], keep = true}
    %4 = broadcast_to(%3) {shape = [2, 3, 3]}
    %5 = div(%2, %4)
    return y = %5 })",
                    R"(graph g(x: f32[2, 3, 3], z: f32[2, 3, 3]) {
    %1 = sub(%x, %z)
    %2 = softmax(%1) {axis = 1}
    return y = %2 })");
}

TEST(RecogniseSoftmax, LeavesSumsThatAreBroadcastAlongAnotherAxisAlone) {
  expect_unchanged(R"(graph g(x: f32[3, 3]) {
    %1 = exp(%x)
    %2 = reduce_sum(%1) {axes = [1]}
    %3 = broadcast_to(%2) {shape = [3, 3]}
    %4 = div(%1, %3)
    return y = %4 })");
}

TEST(RecogniseSoftmax, LeavesAloneWhatOthersReadAPartOf) {
  expect_unchanged(R"(graph g(x: f32[3, 3]) {
    %1 = exp(%x)
    %2 = reduce_sum(%1) {axes = [1], keep = true}
    %3 = broadcast_to(%2) {shape = [3, 3]}
    %4 = div(%1, %3)
    return y = %4, e = %1 })");
}

}  // namespace
}  // namespace tenon
