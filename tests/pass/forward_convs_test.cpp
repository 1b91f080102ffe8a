#include "pass/forward_convs.h"

#include <random>

#include "op/evaluate.h"
#include "pass/expect.h"
#include "pass/specialise.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

Graph forward(const Graph& graph) {
  return forward_convolutions(graph, [](const Graph&, const Node&) { return true; });
}

Tensor small_integers(Shape shape) {  // whose products and sums are exact
  Tensor tensor = Tensor::empty(DType::f32, std::move(shape));
  std::mt19937 engine(5);
  for (float& element : tensor.as<float>()) element = static_cast<float>(static_cast<int>(engine() % 9) - 4);
  return tensor;
}

TEST(ForwardConvolutions, MirrorTheFiltersOfAGradient) {
  expect_pass(R"(graph g(dy: f32[1, 4, 5], w: f32[4, 3, 3]) {
    %dx = conv_transpose(%dy, %w) {strides = [1], dilations = [1], pads_low = [0], pads_high = [1]}
    return dx = %dx })",
              forward, R"(graph g(dy: f32[1, 4, 5], w: f32[4, 3, 3]) {
    %1 = reverse(%w) {axes = [2]}
    %2 = transpose(%1) {perm = [1, 0, 2]}
    %dx = conv(%dy, %2) {pads_low = [2], pads_high = [1]}
    return dx = %dx })");
}

TEST(ForwardConvolutions, LeaveAStride) {
  constexpr std::string_view kStrided = R"(graph g(dy: f32[1, 4, 5], w: f32[4, 3, 3]) {
    %dx = conv_transpose(%dy, %w) {strides = [2], dilations = [1], pads_low = [0], pads_high = [0]}
    return dx = %dx })";
  expect_pass(kStrided, forward, kStrided);
}

TEST(ForwardConvolutions, LeavePaddingBeyondTheFilter) {
  constexpr std::string_view kPadded = R"(graph g(dy: f32[1, 4, 9], w: f32[4, 3, 3]) {
    %dx = conv_transpose(%dy, %w) {strides = [1], dilations = [1], pads_low = [3], pads_high = [0]}
    return dx = %dx })";
  expect_pass(kPadded, forward, kPadded);
}

TEST(ForwardConvolutions, ComputeTheSame) {
  Graph graph;
  const Value dy = graph.input("dy", {DType::f32, {2, 4, 5, 6}});
  const Value w = graph.input("w", {DType::f32, {4, 3, 3, 2}});
  ConvOptions options;
  options.pads_low = {1, 0};
  options.pads_high = {0, 1};
  graph.output("dx", conv_transpose(dy, w, options));
  const std::vector<Tensor> inputs = {small_integers({2, 4, 5, 6}), small_integers({4, 3, 3, 2})};
  const Graph typed = specialise(graph, {});
  EXPECT_TRUE(identical(evaluate(typed, inputs).outputs[0], evaluate(forward(typed), inputs).outputs[0]));
}

}  // namespace
}  // namespace tenon
