// Which stages share loops, and what is kept between them.
#include <gtest/gtest.h>

#include <algorithm>

#include "codegen/lowering.h"

namespace tenon::codegen {
namespace {

Type f32(std::vector<Dim> dims) { return {DType::f32, std::move(dims)}; }

Value normalised(Value x, Ints axes) {
  const Value centred = x - reduce_mean(x, axes, true);
  return centred * rsqrt(reduce_mean(centred * centred, axes, true) + 1e-5);
}

TEST(LowerFuse, LayerNormIsOneNestAndKeepsNothing) {
  Graph g("layer_norm");
  const Value x = g.input("x", f32({4, 6, 40}));
  g.output("y", normalised(x, {-1}) * g.input("w", f32({40})) + g.input("b", f32({40})));
  const Kernel kernel = expect_lowered(g);
  ASSERT_EQ(kernel.nests.size(), 1u);
  EXPECT_EQ(kernel.nests[0].root.extent, 24);
  EXPECT_EQ(scratch_elements(kernel), 0);
}

TEST(LowerFuse, BatchNormGoesByChannel) {
  Graph g("batch_norm");
  g.output("y", normalised(g.input("x", f32({4, 3, 5, 6})), {0, 2, 3}));
  const Kernel kernel = expect_lowered(g);
  ASSERT_EQ(kernel.nests.size(), 1u);
  EXPECT_EQ(kernel.nests[0].root.extent, 3);
}

TEST(LowerFuse, GroupNormSplitsTheChannels) {
  Graph g("group_norm");
  const Value x = g.input("x", f32({2, 6, 4, 5}));
  const Value grouped = reshape(normalised(reshape(x, {2, 3, -1}), {-1}), {2, 6, 4, 5});
  g.output("y", grouped * g.input("w", f32({6, 1, 1})));
  EXPECT_EQ(expect_lowered(g).nests.size(), 1u);
}

TEST(LowerFuse, SoftmaxOverColumnsKeepsThemInLanes) {
  Graph g("columns");
  g.output("y", softmax(g.input("x", f32({12, 64})), 0));
  const Kernel kernel = expect_lowered(g);
  ASSERT_EQ(kernel.nests.size(), 1u);
  EXPECT_EQ(kernel.nests[0].root.kind, LoopKind::vector);
}

TEST(LowerFuse, TwoSumsOfTheSameElementsReadThemOnce) {
  Graph g("moments");
  const Value x = g.input("x", f32({8, 48}));
  g.output("sum", reduce_sum(x, {1}));
  g.output("squares", reduce_sum(x * x, {1}));
  const Kernel kernel = expect_lowered(g);
  ASSERT_EQ(kernel.nests.size(), 1u);
  const auto& rows = kernel.nests[0].root.body;
  EXPECT_EQ(std::count_if(rows.begin(), rows.end(), [](const Statement& s) { return s.loop != nullptr; }), 1);
}

TEST(LowerFuse, AMatrixProductIsNotTakenApartByTheSoftmaxOfItsRows) {
  Graph g("scores");
  g.output("y", softmax(matmul(g.input("q", f32({2, 16, 8})), g.input("k", f32({2, 8, 16})))));
  const Kernel kernel = expect_lowered(g);
  const Loop& batches = kernel.nests[0].root;
  EXPECT_EQ(batches.extent, 2);
  EXPECT_EQ(batches.body[0].loop->kind, LoopKind::lanes);
}

TEST(LowerFuse, ALongSumGoesInParts) {
  Graph g("norm");
  const Value x = g.input("x", f32({300, 256}));
  g.output("y", reduce_sum(x * x));
  const Kernel kernel = expect_lowered(g, {}, {1e-4, 0});
  ASSERT_EQ(kernel.nests.size(), 2u);
  EXPECT_EQ(kernel.nests[0].root.extent, 4);
  EXPECT_TRUE(kernel.nests[0].parallel);
  EXPECT_TRUE(kernel.nests[1].barrier_before);
}

TEST(LowerFuse, NestsThatHaveNothingToDoWithOneAnotherNeedNoBarrier) {
  Graph g("steps");
  const Value rate = g.input("rate", f32({}));
  for (const std::int64_t n : {64, 96}) {
    const Value p = g.input(cat("p", n), f32({n}));
    g.output(cat("q", n), p - rate * g.input(cat("g", n), f32({n})));
  }
  const Kernel kernel = expect_lowered(g, {.in_place = {{1, 0}, {3, 1}}});
  ASSERT_EQ(kernel.nests.size(), 2u);
  EXPECT_FALSE(kernel.nests[1].barrier_before);
}

TEST(LowerFuse, InputsCanBeSwappedInPlace) {
  Graph g("swap");
  const Value x = g.input("x", f32({40}));
  const Value y = g.input("y", f32({40}));
  g.output("x", y);
  g.output("y", x);
  const Kernel kernel = expect_lowered(g, {.in_place = {{0, 0}, {1, 1}}});
  EXPECT_EQ(kernel.buffers[2].in_place_of, 0u);
  EXPECT_EQ(kernel.buffers[3].in_place_of, 1u);
}

TEST(LowerFuse, AMatrixCanBeTransposedInPlace) {
  Graph g("transpose");
  g.output("y", transpose(g.input("x", f32({12, 12}))));
  const Kernel kernel = expect_lowered(g, {.in_place = {{0, 0}}});
  EXPECT_EQ(scratch_elements(kernel), 144);
}

TEST(LowerFuse, AnOldValueIsReadBeforeItIsOverwritten) {
  Graph g("momentum");
  const Value p = g.input("p", f32({30}));
  const Value next = p * 0.5;
  g.output("p", next);
  g.output("drift", next - p);
  expect_lowered(g, {.in_place = {{0, 0}}});
}

TEST(LowerFuse, EmptyTensorsAreNoWork) {
  Graph g("empty");
  const Value x = g.input("x", f32({0, 5}));
  g.output("y", exp(x));
  g.output("sum", reduce_sum(x, {0}));
  g.output("largest", reduce_max(x, {0}));
  expect_lowered(g);
}

}  // namespace
}  // namespace tenon::codegen
