#include "pass/lower_precision.h"

#include "op/evaluate.h"
#include "pass/dead.h"
#include "pass/expect.h"

namespace tenon {
namespace {

Graph lowered(const Graph& graph) {
  return lower_precision(graph, [](const Node&) { return true; });
}

Graph first_lowered(const Graph& graph) {
  return lower_precision(graph, [](const Node& node) { return node.label == "first"; });
}

TEST(LowerPrecision, HandsOperandsInBf16AndSumsInF32) {
  expect_pass(R"(graph g(x: f32[1, 3, 5, 5]) {
    %1 = state "w" : f32[8, 3, 3, 3]
    %y = conv(%x, %1) {pads_low = [1, 1], pads_high = [1, 1]}
    return y = %y })",
              lowered, R"(graph g(x: f32[1, 3, 5, 5]) {
    %1 = cast(%x) {dtype = bf16}
    %2 = state "w" : f32[8, 3, 3, 3]
    %3 = cast(%2) {dtype = bf16}
    %y = conv(%1, %3) {pads_low = [1, 1], pads_high = [1, 1], result = f32}
    return y = %y })");
}

TEST(LowerPrecision, ConvertsOnceForAllReaders) {
  expect_pass(R"(graph g(x: f32[4, 4], a: f32[4, 4], b: f32[4, 4]) {
    %1 = matmul(%x, %a)
    %2 = matmul(%x, %b) {transpose_b = true}
    %3 = add(%1, %x)
    return y = %2, z = %3 })",
              lowered, R"(graph g(x: f32[4, 4], a: f32[4, 4], b: f32[4, 4]) {
    %1 = cast(%a) {dtype = bf16}
    %2 = cast(%b) {dtype = bf16}
    %3 = cast(%x) {dtype = bf16}
    %4 = matmul(%3, %1) {result = f32}
    %5 = matmul(%3, %2) {transpose_b = true, result = f32}
    %6 = add(%4, %x)
    return y = %5, z = %6 })");
}

TEST(LowerPrecision, LeavesWhatWasNotChosen) {
  expect_pass(R"(graph g(x: f32[4, 4], a: f32[4, 4], b: f32[4, 4]) {
    %1 = matmul(%x, %a) @"first"
    %2 = matmul(%1, %b) @"second"
    return y = %2 })",
              first_lowered, R"(graph g(x: f32[4, 4], a: f32[4, 4], b: f32[4, 4]) {
    %1 = cast(%x) {dtype = bf16} @"first"
    %2 = cast(%a) {dtype = bf16} @"first"
    %3 = matmul(%1, %2) {result = f32} @"first"
    %4 = matmul(%3, %b) @"second"
    return y = %4 })");
}

TEST(LowerPrecision, ConvertsBeforeWhatMovesElements) {
  expect_pass(R"(graph g(a: f32[1, 2, 4, 4], b: f32[1, 2, 4, 4], w: f32[8, 4, 1, 1]) {
    %1 = exp(%a)
    %2 = concat(%1, %b) {axis = 1}
    %3 = pad(%2) {low = [0, 0, 1, 1], high = [0, 0, 1, 1]}
    %4 = transpose(%3) {perm = [0, 1, 3, 2]}
    %5 = conv(%4, %w)
    return y = %5 })",
              lowered, R"(graph g(a: f32[1, 2, 4, 4], b: f32[1, 2, 4, 4], w: f32[8, 4, 1, 1]) {
    %1 = cast(%b) {dtype = bf16}
    %2 = cast(%w) {dtype = bf16}
    %3 = exp(%a)
    %4 = cast(%3) {dtype = bf16}
    %5 = concat(%4, %1) {axis = 1}
    %6 = pad(%5) {low = [0, 0, 1, 1], high = [0, 0, 1, 1]}
    %7 = transpose(%6) {perm = [0, 1, 3, 2]}
    %8 = conv(%7, %2) {result = f32}
    return y = %8 })");
}

TEST(LowerPrecision, TakesTheLargestInBf16) {
  expect_pass(R"(graph g(x: f32[1, 2, 4, 4], w: f32[8, 2, 1, 1]) {
    %1, %2 = max_pool(%x) {kernel = [2, 2]}
    %3 = conv(%1, %w)
    return y = %3 })",
              lowered, R"(graph g(x: f32[1, 2, 4, 4], w: f32[8, 2, 1, 1]) {
    %1 = cast(%x) {dtype = bf16}
    %2 = cast(%w) {dtype = bf16}
    %3, %4 = max_pool(%1) {kernel = [2, 2]}
    %5 = conv(%3, %2) {result = f32}
    return y = %5 })");
}

TEST(LowerPrecision, TakesItInF32WhereItsPlaceIsAskedFor) {
  expect_pass(R"(graph g(x: f32[1, 2, 4, 4], w: f32[8, 2, 1, 1]) {
    %1, %2 = max_pool(%x) {kernel = [2, 2]}
    %3 = conv(%1, %w)
    return y = %3, place = %2 })",
              lowered, R"(graph g(x: f32[1, 2, 4, 4], w: f32[8, 2, 1, 1]) {
    %1 = cast(%w) {dtype = bf16}
    %2, %3 = max_pool(%x) {kernel = [2, 2]}
    %4 = cast(%2) {dtype = bf16}
    %5 = conv(%4, %1) {result = f32}
    return y = %5, place = %3 })");
}

TEST(LowerPrecision, PadsWithANumberThatBf16HasNot) {
  expect_pass(R"(graph g(x: f32[2, 3], w: f32[4, 2]) {
    %1 = pad(%x) {low = [0, 1], high = [0, 0], value = 0.1}
    %2 = matmul(%1, %w)
    return y = %2 })",
              lowered, R"(graph g(x: f32[2, 3], w: f32[4, 2]) {
    %1 = cast(%w) {dtype = bf16}
    %2 = pad(%x) {low = [0, 1], high = [0, 0], value = 0.1}
    %3 = cast(%2) {dtype = bf16}
    %4 = matmul(%3, %1) {result = f32}
    return y = %4 })");
}

TEST(LowerPrecision, KeepsInF32WhatIsReadSo) {
  expect_pass(R"(graph g(x: f32[2, 2], w: f32[2, 2]) {
    %1 = exp(%x)
    %2 = transpose(%1) {perm = [1, 0]}
    %3 = matmul(%2, %w)
    %4 = neg(%2)
    return y = %3, z = %4 })",
              lowered, R"(graph g(x: f32[2, 2], w: f32[2, 2]) {
    %1 = cast(%w) {dtype = bf16}
    %2 = exp(%x)
    %3 = transpose(%2) {perm = [1, 0]}
    %4 = cast(%3) {dtype = bf16}
    %5 = matmul(%4, %1) {result = f32}
    %6 = neg(%3)
    return y = %5, z = %6 })");
}

TEST(LowerPrecision, KeepsAnImageInBf16ForAllReaders) {
  expect_pass(R"(graph g(x: f32[1, 2, 4, 4], w: f32[2, 2, 1, 1]) {
    %1 = exp(%x)
    %2 = conv(%1, %w)
    %3 = add(%2, %1)
    return y = %3 })",
              lowered, R"(graph g(x: f32[1, 2, 4, 4], w: f32[2, 2, 1, 1]) {
    %1 = cast(%w) {dtype = bf16}
    %2 = exp(%x)
    %3 = cast(%2) {dtype = bf16}
    %4 = conv(%3, %1) {result = f32}
    %5 = cast(%3) {dtype = f32}
    %6 = add(%4, %5)
    return y = %6 })");
}

TEST(LowerPrecision, GivesOutputsAsTheyAre) {
  expect_pass(R"(graph g(x: f32[1, 2, 4, 4], w: f32[2, 2, 1, 1]) {
    %1 = exp(%x)
    %2 = conv(%1, %w)
    return y = %2, z = %1 })",
              lowered, R"(graph g(x: f32[1, 2, 4, 4], w: f32[2, 2, 1, 1]) {
    %1 = cast(%w) {dtype = bf16}
    %2 = exp(%x)
    %3 = cast(%2) {dtype = bf16}
    %4 = conv(%3, %1) {result = f32}
    return y = %4, z = %2 })");
}

TEST(LowerPrecision, RoundsConstantsItself) {
  expect_pass(
      R"(graph g(x: bf16[1, 2]) {
    %1 = constant f32[2, 1] {1.0009765625, 3.0}
    %2 = cast(%x) {dtype = f32}
    %3 = matmul(%2, %1)
    return y = %3 })",
      [](const Graph& graph) { return remove_dead(lowered(graph)); }, R"(graph g(x: bf16[1, 2]) {
    %1 = constant bf16[2, 1] {1.0, 3.0}
    %2 = cast(%x) {dtype = f32}
    %3 = cast(%2) {dtype = bf16}
    %4 = matmul(%3, %1) {result = f32}
    return y = %4 })");
}

TEST(LowerPrecision, LeavesOtherTypesAlone) {
  constexpr std::string_view kOthers = R"(graph g(a: f64[2, 2], b: i32[2, 2]) {
    %1 = matmul(%a, %a)
    %2 = matmul(%b, %b)
    return y = %1, z = %2 })";
  expect_pass(kOthers, lowered, kOthers);
}

TEST(LowerPrecision, ComputesWhatRoundedOperandsGive) {
  const Graph graph = parse(R"(graph g(x: f32[1, 2], w: f32[2, 1]) {
    %1 = matmul(%x, %w)
    return y = %1 })");
  const std::vector<Tensor> inputs = {Tensor::of<float>({1, 2}, {1.0009765625f, 1.0f}),
                                      Tensor::of<float>({2, 1}, {1.0f, 0.0009765625f})};
  EXPECT_EQ(evaluate(graph, inputs).outputs[0].number(0), 1.001953125);
  EXPECT_EQ(evaluate(lowered(graph), inputs).outputs[0].number(0), 1.0009765625);
}

}  // namespace
}  // namespace tenon
