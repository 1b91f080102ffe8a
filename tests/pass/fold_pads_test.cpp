#include "pass/fold_pads.h"

#include "pass/expect.h"

namespace tenon {
namespace {

void expect_unchanged(std::string_view program) { expect_pass(program, fold_pads, program); }

TEST(FoldPads, MakesZerosPartOfAConvolution) {
  expect_pass(R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 3, 3]) {
    %1 = pad(%x) {high = [0, 0, 1, 1], low = [0, 0, 0, 1]}
    %2 = conv(%1, %w) {pads_high = [1, 0], pads_low = [1, 0], strides = [2, 2]}
    return y = %2 })",
              fold_pads, R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 3, 3]) {
    %1 = conv(%x, %w) {pads_high = [2, 1], pads_low = [1, 1], strides = [2, 2]}
    return y = %1 })");
}

TEST(FoldPads, MakesZerosPartOfAnAverageThatCountsThem) {
  expect_pass(R"(graph g(x: f32[1, 3, 5, 5]) {
    %1 = pad(%x) {high = [0, 0, 1, 1], low = [0, 0, 1, 1]}
    %2 = avg_pool(%1) {kernel = [2, 2]}
    return y = %2 })",
              fold_pads, R"(graph g(x: f32[1, 3, 5, 5]) {
    %1 = avg_pool(%x) {count_pad = true, kernel = [2, 2], pads_high = [1, 1], pads_low = [1, 1]}
    return y = %1 })");
}

TEST(FoldPads, MakesTheLowestNumberPartOfAMaximum) {
  expect_pass(R"(graph g(x: f32[1, 3, 5, 5]) {
    %1 = pad(%x) {high = [0, 0, 0, 0], low = [0, 0, 1, 1], value = -inf}
    %2, %3 = max_pool(%1) {kernel = [2, 2]}
    return y = %2 })",
              fold_pads, R"(graph g(x: f32[1, 3, 5, 5]) {
    %1, %2 = max_pool(%x) {kernel = [2, 2], pads_high = [0, 0], pads_low = [1, 1]}
    return y = %1 })");
}

TEST(FoldPads, LeavesOtherPaddingAlone) {
  expect_unchanged(R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 3, 3]) {
    %1 = pad(%x) {high = [0, 0, 1, 1], low = [0, 0, 1, 1], value = 1.0}
    %2 = conv(%1, %w)
    return y = %2 })");
  expect_unchanged(R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 3, 3]) {
    %1 = pad(%x) {high = [0, 0, 1, 1], low = [0, 0, 1, 1], mode = "edge"}
    %2 = conv(%1, %w)
    return y = %2 })");
  expect_unchanged(R"(graph g(x: f32[1, 2, 5, 5], w: f32[8, 3, 3, 3]) {
    %1 = pad(%x) {high = [0, 1, 1, 1], low = [0, 0, 1, 1]}
    %2 = conv(%1, %w)
    return y = %2 })");
  expect_unchanged(R"(graph g(x: f32[1, 3, 5, 5]) {
    %1 = pad(%x) {high = [0, 0, 1, 1], low = [0, 0, 1, 1]}
    %2, %3 = max_pool(%1) {kernel = [2, 2]}
    return y = %2 })");
}

TEST(FoldPads, LeavesPaddingAloneThatAWindowCouldStandIn) {
  expect_unchanged(R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 3, 3]) {
    %1 = pad(%x) {high = [0, 0, 1, 1], low = [0, 0, 3, 1]}
    %2 = conv(%1, %w)
    return y = %2 })");
}

TEST(FoldPads, LeavesAnAverageAloneThatDoesNotCountItsOwnPadding) {
  expect_unchanged(R"(graph g(x: f32[1, 3, 5, 5]) {
    %1 = pad(%x) {high = [0, 0, 1, 1], low = [0, 0, 1, 1]}
    %2 = avg_pool(%1) {kernel = [3, 3], pads_high = [1, 1], pads_low = [1, 1]}
    return y = %2 })");
}

}  // namespace
}  // namespace tenon
