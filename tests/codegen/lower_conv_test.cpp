// Convolution as a fold over the channels of a group and the places of a window.
#include <gtest/gtest.h>

#include "codegen/lowering.h"

namespace tenon::codegen {
namespace {

Type f32(std::vector<Dim> dims) { return {DType::f32, std::move(dims)}; }

TEST(LowerConv, TakesWhatFollowsAlong) {
  Graph g("conv");
  const Value y = conv(g.input("x", f32({2, 3, 6, 7})), g.input("w", f32({4, 3, 3, 2})));
  g.output("y", relu(y + g.input("b", f32({4, 1, 1}))));
  EXPECT_EQ(expect_lowered(g).nests.size(), 1u);
}

TEST(LowerConv, OfPaddedImagesWithStridesAndDilations) {
  Graph g("conv");
  const ConvOptions options{.strides = {2, 1}, .dilations = {1, 2}, .pads_low = {1, 0}, .pads_high = {2, 3}};
  g.output("y", conv(exp(g.input("x", f32({1, 2, 9, 17}))), g.input("w", f32({5, 2, 3, 3})), options));
  expect_lowered(g);
}

TEST(LowerConv, OfGroups) {
  Graph g("conv");
  g.output("y", conv(g.input("x", f32({2, 6, 5, 5})), g.input("w", f32({4, 3, 2, 2})), {.groups = 2}));
  expect_lowered(g);
}

TEST(LowerConv, OfEachChannelAlone) {
  Graph g("conv");
  const ConvOptions options{.pads_low = {1, 1}, .pads_high = {1, 1}, .groups = 6};
  g.output("y", conv(g.input("x", f32({1, 6, 5, 18})), g.input("w", f32({6, 1, 3, 3})), options));
  expect_lowered(g);
}

TEST(LowerConv, OverOneAxisAndOverThree) {
  Graph g("conv");
  g.output("line", conv(g.input("x", f32({1, 2, 9})), g.input("w", f32({3, 2, 4}))));
  g.output("volume", conv(g.input("v", f32({1, 2, 4, 3, 5})), g.input("u", f32({2, 2, 2, 1, 3}))));
  expect_lowered(g);
}

TEST(LowerConv, OfHalvesAddsUpInSingles) {
  Graph g("conv");
  g.output("y", conv(g.input("x", {DType::bf16, {1, 4, 6, 6}}), g.input("w", {DType::bf16, {2, 4, 3, 3}})));
  const Kernel kernel = expect_lowered(g);
  EXPECT_EQ(kernel.accumulators.at(0).type, DType::f32);
}

}  // namespace
}  // namespace tenon::codegen
