#include "pass/empty.h"

#include "pass/expect.h"

namespace tenon {
namespace {

TEST(FoldEmpty, AnswersWhatHasNoElements) {
  expect_pass(R"(graph g(x: f32[0, 3]) {
    %1 = exp(%x)
    return y = %1 })",
              fold_empty, R"(graph g(x: f32[0, 3]) {
    %1 = constant f32[0, 3] {}
    return y = %1 })");
}

TEST(FoldEmpty, AnswersWhatIsMadeOfNothing) {
  expect_pass(R"(graph g(x: f32[0, 2]) {
    %1 = reduce_sum(%x) {axes = [0]}
    return y = %1 })",
              fold_empty, R"(graph g(x: f32[0, 2]) {
    %1 = constant f32[2] {0.0, 0.0}
    return y = %1 })");
}

TEST(FoldEmpty, LeavesEmptyPartsOut) {
  expect_pass(R"(graph g(x: f32[2], y: f32[0], z: f32[3]) {
    %1 = concat(%x, %y, %z) {axis = 0}
    return y = %1 })",
              fold_empty, R"(graph g(x: f32[2], y: f32[0], z: f32[3]) {
    %1 = concat(%x, %z) {axis = 0}
    return y = %1 })");
}

}  // namespace
}  // namespace tenon
