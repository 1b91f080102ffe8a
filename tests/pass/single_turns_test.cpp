#include "pass/single_turns.h"

#include "ir/verify.h"
#include "pass/expect.h"

namespace tenon {
namespace {

Graph inlined(const Graph& graph) {
  Graph result = inline_single_turns(graph);
  verify_typed(result);
  return result;
}

TEST(InlineSingleTurns, PutsTheBodyInThePlaceOfItsOnlyTurn) {
  expect_pass(R"(graph g(h: f32[1, 2], x: f32[1, 1, 2], w: f32[2, 2]) {
    %3, %4 = scan(%h, %x, %w) {carried = 1, reverse = true, scanned = 1} {
      graph a(h: f32[1, 2], x: f32[1, 2], w: f32[2, 2]) {
        %3 = matmul(%x, %w)
        %4 = add(%h, %3)
        return n = %4, y = %3
      }
    }
    return last = %3, all = %4 })",
              inlined, R"(graph g(h: f32[1, 2], x: f32[1, 1, 2], w: f32[2, 2]) {
    %3 = reshape(%x) {shape = [1, 2]}
    %4 = matmul(%3, %w)
    %5 = add(%h, %4)
    %6 = reshape(%4) {shape = [1, 1, 2]}
    return last = %5, all = %6 })");
}

TEST(InlineSingleTurns, ReachesScansWithinTheBody) {
  expect_pass(R"(graph g(h: f32[], x: f32[1, 1]) {
    %2 = scan(%h, %x) {carried = 1, scanned = 1} {
      graph outer(h: f32[], x: f32[1]) {
        %2 = scan(%h, %x) {carried = 1, scanned = 1} {
          graph inner(h: f32[], x: f32[]) { %2 = add(%h, %x) return n = %2 }
        }
        return n = %2
      }
    }
    return last = %2 })",
              inlined, R"(graph g(h: f32[], x: f32[1, 1]) {
    %2 = reshape(%x) {shape = [1]}
    %3 = reshape(%2) {shape = []}
    %4 = add(%h, %3)
    return last = %4 })");
}

TEST(InlineSingleTurns, LeavesScansOfNothingAlone) {
  constexpr std::string_view kProgram = R"(graph g(x: f32[1, 0]) {
    %1 = scan(%x) {carried = 0, scanned = 1} { graph a(x: f32[0]) { %1 = exp(%x) return y = %1 } }
    return all = %1 })";
  expect_pass(kProgram, inlined, kProgram);
}

TEST(InlineSingleTurns, LeavesScansOfMoreTurnsAlone) {
  constexpr std::string_view kProgram = R"(graph g(h: f32[2], x: f32[3, 2]) {
    %2 = scan(%h, %x) {carried = 1, scanned = 1} {
      graph a(h: f32[2], x: f32[2]) { %2 = add(%h, %x) return n = %2 }
    }
    return last = %2 })";
  expect_pass(kProgram, inlined, kProgram);
}

}  // namespace
}  // namespace tenon
