#include "pass/layout.h"

#include "backend/backend.h"
#include "op/evaluate.h"
#include "pass/dead.h"
#include "pass/expect.h"

namespace tenon {
namespace {

Graph blocked(const Graph& graph) {
  return remove_dead(block_images(graph, [](const Graph&, const Node&) { return std::int64_t{4}; }));
}

TEST(BlockImages, KeepsBlocksBetweenConvolutions) {
  expect_pass(R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 3, 3], v: f32[8, 8, 3, 3]) {
    %3 = conv(%x, %w)
    %4 = exp(%3)
    %5 = conv(%4, %v)
    %6 = reduce_sum(%5) {axes = [0, 2, 3]}
    return y = %6 })",
              blocked, R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 3, 3], v: f32[8, 8, 3, 3]) {
    %3 = conv(%x, %w)
    %4 = reshape(%3) {shape = [1, 2, 4, 3, 3]}
    %5 = transpose(%4) {perm = [0, 1, 3, 4, 2]}
    %6 = exp(%5)
    %7 = transpose(%6) {perm = [0, 1, 4, 2, 3]}
    %8 = reshape(%7) {shape = [1, 8, 3, 3]}
    %9 = conv(%8, %v)
    %10 = reshape(%9) {shape = [1, 2, 4, 1, 1]}
    %11 = transpose(%10) {perm = [0, 1, 3, 4, 2]}
    %12 = reduce_sum(%11) {axes = [0, 2, 3]}
    %13 = reshape(%12) {shape = [8]}
    return y = %13 })");
}

TEST(BlockImages, BroadcastsABiasInBlocks) {
  expect_pass(R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 3, 3], b: f32[8, 1, 1]) {
    %3 = conv(%x, %w)
    %4 = broadcast_to(%b) {shape = [1, 8, 3, 3]}
    %5 = add(%3, %4)
    return y = %5 })",
              blocked, R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 3, 3], b: f32[8, 1, 1]) {
    %3 = conv(%x, %w)
    %4 = reshape(%3) {shape = [1, 2, 4, 3, 3]}
    %5 = transpose(%4) {perm = [0, 1, 3, 4, 2]}
    %6 = reshape(%b) {shape = [1, 2, 1, 1, 4]}
    %7 = broadcast_to(%6) {shape = [1, 2, 3, 3, 4]}
    %8 = add(%5, %7)
    %9 = transpose(%8) {perm = [0, 1, 4, 2, 3]}
    %10 = reshape(%9) {shape = [1, 8, 3, 3]}
    return y = %10 })");
}

// The block is one more axis of the image, along which a window has one place.
TEST(BlockImages, PoolsOverWindowsThatOverlap) {
  expect_pass(R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 1, 1]) {
    %2 = conv(%x, %w)
    %3 = avg_pool(%2) {kernel = [3, 3], pads_high = [1, 1], pads_low = [1, 1], strides = [2, 2]}
    return y = %3 })",
              blocked, R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 1, 1]) {
    %2 = conv(%x, %w)
    %3 = reshape(%2) {shape = [1, 2, 4, 5, 5]}
    %4 = transpose(%3) {perm = [0, 1, 3, 4, 2]}
    %5 = avg_pool(%4) {kernel = [3, 3, 1], pads_high = [1, 1, 0], pads_low = [1, 1, 0], strides = [2, 2, 1]}
    %6 = transpose(%5) {perm = [0, 1, 4, 2, 3]}
    %7 = reshape(%6) {shape = [1, 8, 3, 3]}
    return y = %7 })");
}

constexpr std::string_view kSlidingMaximum = R"(graph g(x: f32[1, 3, 5, 6], w: f32[8, 3, 1, 1]) {
    %2 = conv(%x, %w)
    %3, %4 = max_pool(%2) {kernel = [3, 2], pads_low = [1, 0], strides = [2, 1]}
    return y = %3 })";

TEST(BlockImages, TakesTheLargestOfSlicesWhereNothingAsksForTheirPlaces) {
  const std::string text = print(blocked(parse(kSlidingMaximum)));
  EXPECT_EQ(text.find("max_pool"), text.npos) << text;
  EXPECT_NE(text.find("maximum"), text.npos) << text;
  const std::string_view result = "return y = %3";
  std::string asks(kSlidingMaximum);
  asks.replace(asks.find(result), result.size(), "return y = %3, places = %4");
  EXPECT_NE(print(blocked(parse(asks))).find("max_pool"), text.npos);
}

TEST(BlockImages, ComputesTheSameMaxima) {
  const Graph graph = parse(kSlidingMaximum);
  Tensor image = Tensor::zeros(DType::f32, {1, 3, 5, 6}), filters = Tensor::zeros(DType::f32, {8, 3, 1, 1});
  for (const Tensor* tensor : {&image, &filters})
    for (std::int64_t i = 0; i < tensor->size(); ++i)
      tensor->set_number(i, static_cast<double>((i * 7 + 3) % 11) - 8);
  const std::vector<Tensor> inputs{image, filters};
  const Tensor wanted = evaluate(graph, inputs, {}).outputs.at(0);
  const Tensor found = evaluate(blocked(graph), inputs, {}).outputs.at(0);
  ASSERT_EQ(found.shape(), wanted.shape());
  for (std::int64_t i = 0; i < wanted.size(); ++i) EXPECT_EQ(found.number(i), wanted.number(i)) << i;
}

TEST(BlockImages, AveragesImagesInBlocks) {
  expect_pass(R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 3, 3]) {
    %2 = conv(%x, %w)
    %3 = reduce_mean(%2) {axes = [2, 3], keep = true}
    return y = %3 })",
              blocked, R"(graph g(x: f32[1, 3, 5, 5], w: f32[8, 3, 3, 3]) {
    %2 = conv(%x, %w)
    %3 = reshape(%2) {shape = [1, 2, 4, 3, 3]}
    %4 = transpose(%3) {perm = [0, 1, 3, 4, 2]}
    %5 = reduce_mean(%4) {axes = [2, 3]}
    %6 = reshape(%5) {shape = [1, 8, 1, 1]}
    return y = %6 })");
}

// A padded image of 6 channels between two convolutions.
constexpr std::string_view kPadded = R"(graph g(x: f32[1, 3, 5, 5], w: f32[6, 3, 3, 3], v: f32[4, 6, 3, 3]) {
    %3 = conv(%x, %w)
    %4 = pad(%3) {low = [0, 0, 1, 0], high = [0, 0, 1, 2], value = 7.0}
    %5 = conv(%4, %v)
    return y = %5 })";

TEST(BlockImages, PutsAllChannelsLastAndPadsThemThere) {
  const auto channels_last = [](const Graph& graph) {
    return remove_dead(block_images(graph, [](const Graph&, const Node&) { return Backend::kAllChannels; }));
  };
  const std::string text = print(channels_last(parse(kPadded)));
  EXPECT_NE(text.find("reshape(%x) {shape = [1, 1, 3, 5, 5]}"), text.npos) << text;
  EXPECT_NE(text.find("high = [0, 0, 1, 2, 0]"), text.npos) << text;
  EXPECT_NE(text.find("f32[1, 1, 5, 5, 6]"), text.npos) << text;
}

TEST(BlockImages, BlocksAnewWhereAConvolutionWantsOtherBlocks) {
  const auto mixed = [](const Graph& graph) {
    return remove_dead(block_images(graph, [](const Graph& in, const Node& node) {
      return in.type(node.inputs[1]).dims[0].is(6) ? Backend::kAllChannels : 2;
    }));
  };
  const std::string text = print(mixed(parse(kPadded)));
  EXPECT_NE(text.find("f32[1, 3, 5, 5, 2]"), text.npos) << text;
  EXPECT_NE(text.find("f32[1, 1, 5, 5, 6]"), text.npos) << text;
}

TEST(BlockImages, LeavesChannelsThatFillNoBlockAlone) {
  constexpr std::string_view kOdd = R"(graph g(x: f32[1, 3, 5, 5], w: f32[6, 3, 3, 3]) {
    %2 = conv(%x, %w)
    %3 = exp(%2)
    return y = %3 })";
  expect_pass(kOdd, blocked, kOdd);
}

}  // namespace
}  // namespace tenon
