#include <cmath>
#include <limits>

#include "op/gradient_check.h"

namespace tenon::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<Tensor> pooled(const Tensor& x, const PoolOptions& options) {
  Graph g;
  const Pooled results = max_pool(g.constant(x), options);
  g.output("values", results.values);
  g.output("window", results.window);
  return evaluate(g, {}).outputs;
}

Tensor averaged(const Tensor& x, const PoolOptions& options) {
  return run({x}, [&](auto v) { return avg_pool(v[0], options); });
}

Tensor bytes(Shape shape, std::initializer_list<std::uint8_t> values) {
  return Tensor::of<std::uint8_t>(std::move(shape), values);
}

TEST(MaxPool, TakesTheLargestAndSaysWhere) {
  const auto y = pooled(f64({1, 1, 2, 4}, {1, 2, 8, 7, 4, 3, 5, 6}), {.kernel = {2, 2}});
  expect_same(y[0], f64({1, 1, 1, 2}, {4, 8}));
  expect_same(y[1], bytes({1, 1, 1, 2}, {2, 0}));
}

TEST(MaxPool, TakesTheFirstOfEqualsAndNanAboveAll) {
  const auto y = pooled(f64({1, 1, 6}, {5, 5, kNan, 9, 1, kNan}), {.kernel = {3}});
  EXPECT_TRUE(std::isnan(y[0].number(0)) && std::isnan(y[0].number(1)));
  expect_same(y[1], bytes({1, 1, 2}, {2, 2}));
  expect_same(pooled(f64({1, 1, 2}, {5, 5}), {.kernel = {2}})[1], bytes({1, 1, 1}, {0}));
}

TEST(MaxPool, PaddingIsNeverTheLargest) {
  const auto y =
      pooled(f64({1, 1, 2}, {-5, -6}), {.kernel = {2}, .strides = {1}, .pads_low = {1}, .pads_high = {1}});
  expect_same(y[0], f64({1, 1, 3}, {-5, -5, -6}));
  expect_same(y[1], bytes({1, 1, 3}, {1, 0, 0}));
}

TEST(MaxPool, AWindowOfPaddingAloneHasTheLowestValue) {
  const auto y =
      pooled(f64({1, 1, 1}, {3}), {.kernel = {2}, .dilations = {3}, .pads_low = {2}, .pads_high = {1}});
  expect_same(y[0], f64({1, 1, 1}, {-kInfinity}));
}

TEST(MaxPool, CeilCountsAWindowThatStartsInside) {
  const Tensor x = counting({1, 1, 5});
  expect_same(pooled(x, {.kernel = {2}})[0], f64({1, 1, 2}, {2, 4}));
  expect_same(pooled(x, {.kernel = {2}, .ceil = true})[0], f64({1, 1, 3}, {2, 4, 5}));
  expect_same(pooled(x, {.kernel = {1}, .strides = {3}, .pads_high = {1}, .ceil = true})[0],
              f64({1, 1, 2}, {1, 4}));
}

TEST(MaxPool, ManyPlacesTakeWiderIntegers) {
  Tensor x = Tensor::zeros(DType::f64, {1, 1, 300});
  x.set_number(299, 1);
  expect_same(pooled(x, {.kernel = {300}})[1], Tensor::of<std::int32_t>({1, 1, 1}, {299}));
}

TEST(MaxPool, TakesIntegers) {
  Graph g;
  g.output("y", max_pool(g.constant(Tensor::of<std::int8_t>({1, 1, 2}, {-100, -3})), {.kernel = {2}}).values);
  expect_same(evaluate(g, {}).outputs[0], Tensor::of<std::int8_t>({1, 1, 1}, {-3}));
}

TEST(MaxUnpool, PutsWhereTheValuesWereFrom) {
  const Tensor dx = run({f64({1, 1, 2}, {10, 20}), bytes({1, 1, 2}, {1, 0}), counting({1, 1, 3})},
                        [](auto v) { return max_unpool(v[0], v[1], v[2], {.kernel = {2}, .strides = {1}}); });
  expect_same(dx, f64({1, 1, 3}, {0, 30, 0}));
}

TEST(AvgPool, DividesByWhatIsInside) {
  const Tensor x = f64({1, 1, 3}, {2, 4, 6});
  const PoolOptions options{.kernel = {2}, .strides = {2}, .pads_low = {1}};
  expect_same(averaged(x, options), f64({1, 1, 2}, {2, 5}));
  PoolOptions counted = options;
  counted.count_pad = true;
  expect_same(averaged(x, counted), f64({1, 1, 2}, {1, 5}));
}

TEST(AvgPool, WhatCeilAddsBeyondThePaddingNeverCounts) {
  expect_same(averaged(f64({1, 1, 3}, {2, 4, 6}), {.kernel = {2}, .ceil = true, .count_pad = true}),
              f64({1, 1, 2}, {3, 6}));
}

TEST(AvgPool, IsRoundedOnce) {
  const Tensor x = f32({1, 1, 3}, {1e8f, 1, -1e8f});
  expect_same(averaged(x, {.kernel = {3}}), f32({1, 1, 1}, {1.0f / 3}));
}

TEST(AvgUnpool, SpreadsEvenly) {
  expect_same(run({f64({1, 1, 2}, {4, 6}), counting({1, 1, 3})},
                  [](auto v) { return avg_unpool(v[0], v[1], {.kernel = {2}, .strides = {1}}); }),
              f64({1, 1, 3}, {2, 5, 3}));
}

TEST(Pooling, SaysWhatDoesNotFit) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {1, 2, 8}});
  const Value dy = g.input("dy", {DType::f32, {1, 2, 3}});
  expect_error([&] { max_pool(x, {.kernel = {2, 2}}); }, {"max_pool", "images of rank 4", "f32[1, 2, 8]"});
  expect_error([&] { max_pool(x, {.kernel = {9}}); }, {"reaches over 9"});
  expect_error([&] { max_pool(x, {.kernel = {2}, .pads_low = {-1}}); }, {"pads_low [-1]"});
  expect_error([&] { avg_unpool(dy, x, {.kernel = {2}}); }, {"f32[1, 2, 4], not f32[1, 2, 3]"});
  expect_error([&] { avg_pool(cast(x, DType::i32), {.kernel = {2}}); }, {"float"});
}

const PoolOptions kEverything{.kernel = {2, 3},
                              .strides = {2, 1},
                              .dilations = {1, 2},
                              .pads_low = {1, 0},
                              .pads_high = {0, 2},
                              .ceil = true};

TEST(PoolingGradient, OfMaxPool) {
  expect_gradients({scattered({2, 2, 4, 5})}, [](auto v) { return max_pool(v[0], kEverything).values; });
}

TEST(PoolingGradient, OfMaxUnpool) {
  expect_gradients({scattered({1, 2, 3, 3}), scattered({1, 2, 4, 5}, 1)}, [](auto v) {
    return max_unpool(v[0], max_pool(v[1], kEverything).window, v[1], kEverything);
  });
}

TEST(PoolingGradient, OfAvgPoolAndAvgUnpool) {
  expect_gradients({scattered({1, 2, 4, 5})}, [](auto v) { return avg_pool(v[0], kEverything); });
  expect_gradients({scattered({1, 2, 3, 3}), scattered({1, 2, 4, 5}, 1)},
                   [](auto v) { return avg_unpool(v[0], v[1], kEverything); });
}

}  // namespace
}  // namespace tenon::test
