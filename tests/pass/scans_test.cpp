#include "pass/scans.h"

#include "ir/verify.h"
#include "pass/expect.h"

namespace tenon {
namespace {

Graph unite(const Graph& graph) {
  Graph united = unite_scans(graph);
  verify_typed(united);
  return united;
}

TEST(UniteScans, RunsOnceWhatCarriesTheSame) {
  expect_pass(R"(graph g(h: f32[2], x: f32[3, 2]) {
    %2, %3 = scan(%h, %x) {carried = 1, scanned = 1} {
      graph a(h: f32[2], x: f32[2]) { %2 = add(%h, %x) %3 = exp(%2) return n = %2, y = %3 }
    }
    %4, %5 = scan(%h, %x) {carried = 1, scanned = 1} {
      graph b(h: f32[2], x: f32[2]) { %2 = add(%h, %x) return n = %2, h = %h }
    }
    return a = %2, b = %3, c = %4, d = %5 })",
              unite, R"(graph g(h: f32[2], x: f32[3, 2]) {
    %2, %3, %4 = scan(%h, %x) {carried = 1, scanned = 1} {
      graph a(h: f32[2], x: f32[2]) { %2 = add(%h, %x) %3 = exp(%2) return n = %2, y = %3, h = %h }
    }
    return a = %2, b = %3, c = %2, d = %4 })");
}

TEST(UniteScans, StacksAnOutputOfBothOnce) {
  expect_pass(R"(graph g(x: f32[3, 2]) {
    %1 = scan(%x) {carried = 0, scanned = 1} { graph a(x: f32[2]) { %1 = exp(%x) return y = %1 } }
    %2, %3 = scan(%x) {carried = 0, scanned = 1} { graph b(x: f32[2]) { %1 = exp(%x) return x = %x, y = %1 } }
    return a = %1, b = %2, c = %3 })",
              unite, R"(graph g(x: f32[3, 2]) {
    %1, %2 = scan(%x) {carried = 0, scanned = 1} { graph a(x: f32[2]) { %1 = exp(%x) return y = %1, x = %x } }
    return a = %1, b = %2, c = %1 })");
}

TEST(UniteScans, UnitesThoseWithinBodies) {
  expect_pass(R"(graph g(h: f32[], x: f32[3, 2]) {
    %2 = scan(%h, %x) {carried = 1, scanned = 1} {
      graph a(h: f32[], x: f32[2]) {
        %2 = scan(%h, %x) {carried = 1, scanned = 1} {
          graph inner(h: f32[], x: f32[]) { %2 = add(%h, %x) return n = %2 }
        }
        return n = %2
      }
    }
    %3, %4 = scan(%h, %x) {carried = 1, scanned = 1} {
      graph b(h: f32[], x: f32[2]) {
        %2 = scan(%h, %x) {carried = 1, scanned = 1} {
          graph inner(h: f32[], x: f32[]) { %2 = add(%h, %x) return n = %2 }
        }
        return n = %2, h = %h
      }
    }
    return a = %2, b = %3, c = %4 })",
              unite, R"(graph g(h: f32[], x: f32[3, 2]) {
    %2, %3 = scan(%h, %x) {carried = 1, scanned = 1} {
      graph a(h: f32[], x: f32[2]) {
        %2 = scan(%h, %x) {carried = 1, scanned = 1} {
          graph inner(h: f32[], x: f32[]) { %2 = add(%h, %x) return n = %2 }
        }
        return n = %2, h = %h
      }
    }
    return a = %2, b = %2, c = %3 })");
}

void expect_unchanged(std::string_view program) { expect_pass(program, unite, program); }

TEST(UniteScans, KeepsApartWhatCarriesOnOtherwise) {
  expect_unchanged(R"(graph g(h: f32[2], x: f32[3, 2]) {
    %2, %3 = scan(%h, %x) {carried = 1, scanned = 1} {
      graph a(h: f32[2], x: f32[2]) { %2 = add(%h, %x) return n = %2, y = %2 }
    }
    %4, %5 = scan(%h, %x) {carried = 1, scanned = 1} {
      graph b(h: f32[2], x: f32[2]) { %2 = mul(%h, %x) return n = %2, y = %2 }
    }
    return a = %2, b = %3, c = %4, d = %5 })");
}

TEST(UniteScans, KeepsApartWhatGoesTheOtherWayOrStartsElsewhere) {
  expect_unchanged(R"(graph g(h: f32[2], k: f32[2], x: f32[3, 2]) {
    %3 = scan(%h, %x) {carried = 1, scanned = 1} {
      graph a(h: f32[2], x: f32[2]) { %2 = add(%h, %x) return n = %2 }
    }
    %4 = scan(%h, %x) {carried = 1, scanned = 1, reverse = true} {
      graph b(h: f32[2], x: f32[2]) { %2 = add(%h, %x) return n = %2 }
    }
    %5 = scan(%k, %x) {carried = 1, scanned = 1} {
      graph c(h: f32[2], x: f32[2]) { %2 = add(%h, %x) return n = %2 }
    }
    return a = %3, b = %4, c = %5 })");
}

}  // namespace
}  // namespace tenon
