#include "pass/unpool.h"

#include "op/evaluate.h"
#include "pass/dead.h"
#include "pass/expect.h"
#include "pass/specialise.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

Graph lifted(const Graph& graph) { return remove_dead(lift_unpools(graph)); }

std::string on_the_way_back(std::string_view lines) {
  return cat(R"(graph g(x: f32[1, 1, 4], dy: f32[1, 1, 2], other: f32[1, 1, 4]) {
    %y, %k = max_pool(%x) {kernel = [2], strides = [2]}
    %0 = constant f32[] {0}
    %wide = broadcast_to(%0) {shape = [1, 1, 4]}
    %placed = max_unpool(%dy, %k) {kernel = [2], strides = [2], shape = [1, 1, 4]}
    )",
             lines, "\n}");
}

TEST(LiftUnpools, MasksTheWindowsByTheirLargestElement) {
  expect_pass(on_the_way_back(R"(%mask = greater(%x, %wide)
    %dx = select(%mask, %placed, %wide)
    return dx = %dx)"),
              lifted, R"(graph g(x: f32[1, 1, 4], dy: f32[1, 1, 2], other: f32[1, 1, 4]) {
    %y, %k = max_pool(%x) {kernel = [2], strides = [2]}
    %0 = constant f32[] {0}
    %bound = broadcast_to(%0) {shape = [1, 1, 2]}
    %mask = greater(%y, %bound)
    %none = broadcast_to(%0) {shape = [1, 1, 2]}
    %kept = select(%mask, %dy, %none)
    %dx = max_unpool(%kept, %k) {kernel = [2], strides = [2], shape = [1, 1, 4]}
    return dx = %dx
  })");
}

TEST(LiftUnpools, LeavesTheMaskOfAnotherImage) {
  const std::string before = on_the_way_back(R"(%mask = greater(%other, %wide)
    %dx = select(%mask, %placed, %wide)
    return dx = %dx)");
  expect_pass(before, lifted, before);
}

TEST(LiftUnpools, SumsTheWindows) {
  expect_pass(on_the_way_back(R"(%db = reduce_sum(%placed) {axes = [0, 2]}
    return db = %db)"),
              lifted, R"(graph g(x: f32[1, 1, 4], dy: f32[1, 1, 2], other: f32[1, 1, 4]) {
    %db = reduce_sum(%dy) {axes = [0, 2]}
    return db = %db
  })");
}

TEST(LiftUnpools, LeavesASumThatKeepsPlacesApart) {
  const std::string_view before = R"(graph g(x: f32[1, 1, 4], dy: f32[1, 1, 2]) {
    %y, %k = max_pool(%x) {kernel = [2], strides = [2]}
    %placed = max_unpool(%dy, %k) {kernel = [2], strides = [2], shape = [1, 1, 4]}
    %sum = reduce_sum(%placed) {axes = [0, 1]}
    return sum = %sum
  })";
  expect_pass(before, lifted, before);
}

// A window that stands in the padding alone puts its gradient nowhere.
TEST(LiftUnpools, LeavesASumOverPaddedWindows) {
  const std::string_view before = R"(graph g(x: f32[1, 1, 4], dy: f32[1, 1, 3]) {
    %y, %k = max_pool(%x) {kernel = [2], strides = [2], pads_low = [1], pads_high = [1]}
    %placed = max_unpool(%dy, %k) {kernel = [2], strides = [2], pads_low = [1], pads_high = [1], shape = [1, 1, 4]}
    %sum = reduce_sum(%placed)
    return sum = %sum
  })";
  expect_pass(before, lifted, before);
}

}  // namespace
}  // namespace tenon
