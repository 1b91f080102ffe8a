#include "pass/fill_channels.h"

#include <gtest/gtest.h>

#include "op/evaluate.h"
#include "pass/dead.h"
#include "pass/expect.h"

namespace tenon {
namespace {

Graph filled(const Graph& graph) {
  return remove_dead(fill_channels(graph, [](const Graph&, const Node&) { return std::int64_t{4}; }));
}

TEST(FillChannels, AddsFiltersOfZerosBetweenConvolutions) {
  expect_pass(R"(graph g(x: f32[1, 4, 5, 5]) {
    %1 = state "w" : f32[3, 4, 1, 1]
    %2 = state "b" : f32[3, 1, 1]
    %3 = state "v" : f32[8, 3, 1, 1]
    %4 = conv(%x, %1)
    %5 = broadcast_to(%2) {shape = [1, 3, 5, 5]}
    %6 = add(%4, %5)
    %7 = conv(%6, %3)
    return y = %7 })",
              filled, R"(graph g(x: f32[1, 4, 5, 5]) {
    %1 = state "w" : f32[3, 4, 1, 1]
    %2 = state "b" : f32[3, 1, 1]
    %3 = state "v" : f32[8, 3, 1, 1]
    %4 = pad(%1) {low = [0, 0, 0, 0], high = [1, 0, 0, 0]}
    %5 = conv(%x, %4)
    %6 = pad(%2) {low = [0, 0, 0], high = [1, 0, 0]}
    %7 = broadcast_to(%6) {shape = [1, 4, 5, 5]}
    %8 = add(%5, %7)
    %9 = pad(%3) {low = [0, 0, 0, 0], high = [0, 1, 0, 0]}
    %10 = conv(%8, %9)
    return y = %10 })");
}

TEST(FillChannels, GivesOtherReadersASlice) {
  expect_pass(R"(graph g(x: f32[1, 4, 5, 5]) {
    %1 = state "w" : f32[3, 4, 1, 1]
    %2 = conv(%x, %1)
    %3 = exp(%2)
    return y = %3 })",
              filled, R"(graph g(x: f32[1, 4, 5, 5]) {
    %1 = state "w" : f32[3, 4, 1, 1]
    %2 = pad(%1) {low = [0, 0, 0, 0], high = [1, 0, 0, 0]}
    %3 = conv(%x, %2)
    %4 = slice(%3) {axes = [1], starts = [0], ends = [3], steps = [1]}
    %5 = exp(%4)
    return y = %5 })");
}

TEST(FillChannels, ComputesTheSameThroughDepthwiseConvolutionsAndSums) {
  const Graph graph = parse(R"(graph g(x: f32[1, 4, 3, 3]) {
    %1 = state "w" : f32[7, 4, 1, 1]
    %2 = state "d" : f32[7, 1, 3, 3]
    %3 = conv(%x, %1)
    %4 = conv(%3, %2) {groups = 7, pads_high = [1, 1], pads_low = [1, 1]}
    %5 = mul(%4, %3)
    return y = %5 })");
  EXPECT_NE(print(filled(graph)).find("groups = 8"), std::string::npos);
  const auto numbered = [](const Shape& shape) {
    Tensor tensor = Tensor::zeros(DType::f32, shape);
    for (std::int64_t i = 0; i < tensor.size(); ++i) tensor.set_number(i, static_cast<double>(i % 5) - 2);
    return tensor;
  };
  const std::vector<Tensor> inputs{numbered({1, 4, 3, 3})};
  const TensorMap weights{{"w", numbered({7, 4, 1, 1})}, {"d", numbered({7, 1, 3, 3})}};
  const Tensor wanted = evaluate(graph, inputs, weights).outputs.at(0);
  const Tensor found = evaluate(filled(graph), inputs, weights).outputs.at(0);
  for (std::int64_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(found.number(i), wanted.number(i)) << i;
}

TEST(FillChannels, GoesOnThroughTheRoundingOfAResult) {
  expect_pass(R"(graph g(x: bf16[1, 4, 5, 5]) {
    %1 = state "w" : bf16[3, 4, 1, 1]
    %2 = state "v" : bf16[8, 3, 1, 1]
    %3 = conv(%x, %1) {result = f32}
    %4 = cast(%3) {dtype = bf16}
    %5 = conv(%4, %2) {result = f32}
    return y = %5 })",
              filled, R"(graph g(x: bf16[1, 4, 5, 5]) {
    %1 = state "w" : bf16[3, 4, 1, 1]
    %2 = state "v" : bf16[8, 3, 1, 1]
    %3 = pad(%1) {low = [0, 0, 0, 0], high = [1, 0, 0, 0]}
    %4 = conv(%x, %3) {result = f32}
    %5 = cast(%4) {dtype = bf16}
    %6 = pad(%2) {low = [0, 0, 0, 0], high = [0, 1, 0, 0]}
    %7 = conv(%5, %6) {result = f32}
    return y = %7 })");
}

TEST(FillChannels, LeavesWhatWouldGrowByMoreThanAThird) {
  constexpr std::string_view kTwo = R"(graph g(x: f32[1, 4, 5, 5]) {
    %1 = state "w" : f32[2, 4, 1, 1]
    %2 = conv(%x, %1)
    return y = %2 })";
  expect_pass(kTwo, filled, kTwo);
}

TEST(FillChannels, FillsTheOnlyBlockOfWhatReadsFour) {
  expect_pass(R"(graph g(x: f32[1, 16, 5, 5]) {
    %1 = state "w" : f32[1, 16, 1, 1]
    %2 = conv(%x, %1)
    return y = %2 })",
              filled, R"(graph g(x: f32[1, 16, 5, 5]) {
    %1 = state "w" : f32[1, 16, 1, 1]
    %2 = pad(%1) {low = [0, 0, 0, 0], high = [3, 0, 0, 0]}
    %3 = conv(%x, %2)
    %4 = slice(%3) {axes = [1], starts = [0], ends = [1], steps = [1]}
    return y = %4 })");
}

TEST(FillChannels, LeavesFiltersThatAreNotFixed) {
  constexpr std::string_view kGiven = R"(graph g(x: f32[1, 4, 5, 5], w: f32[3, 4, 1, 1]) {
    %2 = conv(%x, %w)
    return y = %2 })";
  expect_pass(kGiven, filled, kGiven);
}

}  // namespace
}  // namespace tenon
