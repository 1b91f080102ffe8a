#include "pass/cancel_transposes.h"

#include "pass/expect.h"

namespace tenon {
namespace {

void expect_cancelled(std::string_view before, std::string_view after) {
  expect_pass(before, cancel_transposes, after);
}
void expect_unchanged(std::string_view program) { expect_cancelled(program, program); }

TEST(CancelTransposes, CarriesThemThroughAnActivationAndABias) {
  expect_cancelled(R"(graph g(x: f32[2, 3, 4, 5], b: f32[3]) {
    %1 = transpose(%x) {perm = [0, 2, 3, 1]}
    %2 = broadcast_to(%b) {shape = [2, 4, 5, 3]}
    %3 = add(%1, %2)
    %4 = constant f32[] {0.0}
    %5 = broadcast_to(%4) {shape = [2, 4, 5, 3]}
    %6 = maximum(%3, %5)
    %7 = transpose(%6) {perm = [0, 3, 1, 2]}
    return y = %7 })",
                   R"(graph g(x: f32[2, 3, 4, 5], b: f32[3]) {
    %1 = reshape(%b) {shape = [1, 3, 1, 1]}
    %2 = broadcast_to(%1) {shape = [2, 3, 4, 5]}
    %3 = add(%x, %2)
    %4 = constant f32[] {0.0}
    %5 = broadcast_to(%4) {shape = [2, 3, 4, 5]}
    %6 = maximum(%3, %5)
    return y = %6 })");
}

TEST(CancelTransposes, CarriesThemThroughPadsSlicesAndJoins) {
  expect_cancelled(R"(graph g(x: f32[2, 3, 4, 5], z: f32[2, 6, 4, 5]) {
    %1 = transpose(%x) {perm = [0, 2, 3, 1]}
    %2 = transpose(%z) {perm = [0, 2, 3, 1]}
    %3 = concat(%1, %2) {axis = -1}
    %4 = pad(%3) {high = [0, 1, 2, 0], low = [0, 0, 1, 0]}
    %5 = slice(%4) {axes = [1], ends = [3], starts = [0], steps = [2]}
    %6 = transpose(%5) {perm = [0, 3, 1, 2]}
    return y = %6 })",
                   R"(graph g(x: f32[2, 3, 4, 5], z: f32[2, 6, 4, 5]) {
    %1 = concat(%x, %z) {axis = 1}
    %2 = pad(%1) {high = [0, 0, 1, 2], low = [0, 0, 0, 1]}
    %3 = slice(%2) {axes = [2], ends = [3], starts = [0], steps = [2]}
    return y = %3 })");
}

TEST(CancelTransposes, EndsThemAtAReductionOfTheAxesThatTheyMove) {
  expect_cancelled(R"(graph g(x: f32[2, 3, 4, 5]) {
    %1 = transpose(%x) {perm = [0, 2, 3, 1]}
    %2 = reduce_mean(%1) {axes = [1, 2]}
    return y = %2 })",
                   R"(graph g(x: f32[2, 3, 4, 5]) {
    %1 = reduce_mean(%x) {axes = [2, 3]}
    return y = %1 })");
}

TEST(CancelTransposes, TransposesASmallerValueAfterAReduction) {
  expect_cancelled(R"(graph g(x: f32[2, 3, 4, 5]) {
    %1 = transpose(%x) {perm = [3, 2, 1, 0]}
    %2 = reduce_max(%1) {axes = [0], keep = true}
    return y = %2 })",
                   R"(graph g(x: f32[2, 3, 4, 5]) {
    %1 = reduce_max(%x) {axes = [3], keep = true}
    %2 = transpose(%1) {perm = [3, 2, 1, 0]}
    return y = %2 })");
}

TEST(CancelTransposes, JoinsTwoIntoOneBehindASum) {
  expect_cancelled(R"(graph g(x: f32[2, 3, 4], z: f32[2, 3, 4]) {
    %1 = transpose(%x) {perm = [2, 0, 1]}
    %2 = transpose(%z) {perm = [2, 0, 1]}
    %3 = add(%1, %2)
    return y = %3 })",
                   R"(graph g(x: f32[2, 3, 4], z: f32[2, 3, 4]) {
    %1 = add(%x, %z)
    %2 = transpose(%1) {perm = [2, 0, 1]}
    return y = %2 })");
}

TEST(CancelTransposes, CarriesThemThroughAxesOfOneElement) {
  expect_cancelled(R"(graph g(x: f32[2, 3, 1, 5]) {
    %1 = transpose(%x) {perm = [0, 2, 3, 1]}
    %2 = reshape(%1) {shape = [2, 5, 3]}
    %3 = exp(%2)
    %4 = reshape(%3) {shape = [2, 1, 5, 3]}
    %5 = transpose(%4) {perm = [0, 3, 1, 2]}
    return y = %5 })",
                   R"(graph g(x: f32[2, 3, 1, 5]) {
    %1 = reshape(%x) {shape = [2, 3, 5], zero_copies = false}
    %2 = exp(%1)
    %3 = reshape(%2) {shape = [1, 2, 3, 5], zero_copies = false}
    %4 = reshape(%3) {shape = [2, 3, 1, 5], zero_copies = false}
    return y = %4 })");
}

TEST(CancelTransposes, LeavesAloneWhatWouldMoveAsMuch) {
  expect_unchanged(R"(graph g(x: f32[2, 3]) {
    %1 = transpose(%x) {perm = [1, 0]}
    %2 = exp(%1)
    return y = %2 })");
}

TEST(CancelTransposes, LeavesAloneWhatWouldMoveMore) {
  expect_unchanged(R"(graph g(x: u8[2, 3]) {
    %1 = transpose(%x) {perm = [1, 0]}
    %2 = cast(%1) {dtype = f32}
    %3 = exp(%2)
    %4 = tanh(%2)
    return y = %3, z = %4 })");
}

TEST(CancelTransposes, LeavesAValueAloneThatMeetsOneThatIsNotTransposed) {
  expect_unchanged(R"(graph g(x: f32[2, 3], z: f32[3, 2]) {
    %1 = transpose(%x) {perm = [1, 0]}
    %2 = add(%1, %z)
    %3 = transpose(%2) {perm = [1, 0]}
    return y = %3 })");
}

TEST(CancelTransposes, TransposesOnceWhatIsNeededBothWays) {
  expect_cancelled(R"(graph g(x: f32[2, 3, 4]) {
    %1 = transpose(%x) {perm = [0, 2, 1]}
    %2 = exp(%1)
    %3 = transpose(%2) {perm = [0, 2, 1]}
    return y = %2, z = %3 })",
                   R"(graph g(x: f32[2, 3, 4]) {
    %1 = exp(%x)
    %2 = transpose(%1) {perm = [0, 2, 1]}
    return y = %2, z = %1 })");
}

}  // namespace
}  // namespace tenon
