// Pooling and its gradients as folds over windows.
#include <gtest/gtest.h>

#include "codegen/lowering.h"

namespace tenon::codegen {
namespace {

Type f32(std::vector<Dim> dims) { return {DType::f32, std::move(dims)}; }

TEST(LowerPool, MaximaAndTheirPlacesAreOneFold) {
  Graph g("pool");
  const Pooled pooled = max_pool(g.input("x", f32({2, 3, 8, 12})), {.kernel = {2, 2}});
  g.output("values", relu(pooled.values));
  g.output("window", pooled.window);
  const Kernel kernel = expect_lowered(g);
  EXPECT_EQ(kernel.nests.size(), 1u);
  EXPECT_EQ(kernel.accumulators.size(), 1u);
}

TEST(LowerPool, WindowsThatOverlapAndReachIntoThePadding) {
  const PoolOptions options{
      .kernel = {3, 2}, .strides = {2, 1}, .dilations = {1, 2}, .pads_low = {1, 1}, .pads_high = {1, 0}};
  Graph g("pool");
  const Value x = g.input("x", f32({1, 2, 7, 6}));
  const Pooled pooled = max_pool(x, options);
  g.output("values", pooled.values);
  g.output("dx", max_unpool(pooled.values * 2.0, pooled.window, x, options));
  expect_lowered(g);
}

TEST(LowerPool, Averages) {
  Graph g("average");
  const Value x = g.input("x", f32({2, 2, 6, 6}));
  const PoolOptions padded{
      .kernel = {3, 3}, .strides = {1, 1}, .pads_low = {1, 1}, .pads_high = {1, 1}, .count_pad = true};
  const PoolOptions plain{.kernel = {2, 3}};
  g.output("padded", avg_pool(x, padded));
  g.output("plain", avg_pool(exp(x), plain));
  g.output("dx", avg_unpool(g.input("dy", f32({2, 2, 6, 6})), x, padded));
  g.output("dx2", avg_unpool(g.input("dy2", f32({2, 2, 3, 2})), x, plain));
  expect_lowered(g);
}

TEST(LowerPool, AveragesOverVaryingNumbersOfPlacesAreNotCovered) {
  Graph g("average");
  const Value x = g.input("x", f32({1, 1, 4, 4}));
  const Value y = avg_pool(x, {.kernel = {2, 2}, .pads_low = {1, 1}});
  EXPECT_FALSE(can_lower(g.node(y.ref())));
}

}  // namespace
}  // namespace tenon::codegen
