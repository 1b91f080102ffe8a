#include "op/gradient_check.h"

namespace tenon::test {
namespace {

Tensor ones(Shape shape) { return Tensor::full(DType::f64, std::move(shape), 1); }

Tensor run_conv(const Tensor& x, const Tensor& w, const ConvOptions& options = {}) {
  return run({x, w}, [&](auto v) { return conv(v[0], v[1], options); });
}

TEST(Conv, SlidesAWindow) {
  expect_same(run_conv(counting({1, 1, 3, 3}), f64({1, 1, 2, 2}, {1, 0, 0, 10})),
              f64({1, 1, 2, 2}, {51, 62, 84, 95}));
}

TEST(Conv, SumsOverChannels) {
  expect_same(run_conv(counting({1, 2, 2}), f64({2, 2, 1}, {1, 1, 1, -1})), f64({1, 2, 2}, {4, 6, -2, -2}));
}

TEST(Conv, StridesDilatesAndPadsUnevenly) {
  const Tensor x = counting({1, 1, 5});
  expect_same(run_conv(x, ones({1, 1, 2}), {.strides = {2}}), f64({1, 1, 2}, {3, 7}));
  expect_same(run_conv(x, ones({1, 1, 2}), {.dilations = {3}}), f64({1, 1, 2}, {5, 7}));
  expect_same(run_conv(x, ones({1, 1, 2}), {.pads_low = {1}, .pads_high = {2}}),
              f64({1, 1, 7}, {1, 3, 5, 7, 9, 5, 0}));
}

TEST(Conv, GroupsKeepChannelsApart) {
  expect_same(run_conv(counting({1, 2, 2}), f64({2, 1, 1}, {1, 10}), {.groups = 2}),
              f64({1, 2, 2}, {1, 2, 30, 40}));
}

TEST(Conv, TakesThreeSpatialAxes) {
  expect_same(run_conv(counting({1, 1, 2, 2, 2}), ones({1, 1, 2, 2, 2})), f64({1, 1, 1, 1, 1}, {36}));
}

TEST(Conv, OfManyPositionsIsTheSameAsOfFew) {
  const Tensor y = run_conv(ones({1, 1, 70, 70}), ones({1, 1, 1, 1}));
  EXPECT_TRUE(identical(y, ones({1, 1, 70, 70})));
}

TEST(Conv, IntegersWrap) {
  const Tensor y = run({Tensor::of<std::uint8_t>({1, 1, 1}, {200}), Tensor::of<std::uint8_t>({1, 1, 1}, {2})},
                       [](auto v) { return conv(v[0], v[1]); });
  expect_same(y, Tensor::of<std::uint8_t>({1, 1, 1}, {144}));
}

TEST(Conv, TypesKeepWhatIsKnown) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {"N", 3, 32, "W"}});
  const Value w = g.input("w", {DType::f32, {16, 3, 3, 3}});
  EXPECT_EQ(to_string(conv(x, w, {.pads_low = {1, 1}, .pads_high = {1, 1}}).type()), "f32[N, 16, 32, ?]");
}

TEST(Conv, SaysWhatDoesNotFit) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {1, 4, 5, 5}});
  const Value w = g.input("w", {DType::f32, {6, 3, 3, 3}});
  const Value wide = g.input("wide", {DType::f32, {6, 4, 9, 9}});
  const Value flat = g.input("flat", {DType::f32, {6, 4, 3}});
  const Value half = g.input("half", {DType::f32, {6, 2, 3, 3}});
  const Value thin = g.input("thin", {DType::f32, {5, 2, 3, 3}});
  expect_error([&] { conv(x, w); }, {"conv", "channels is 4 and 3", "f32[1, 4, 5, 5]"});
  expect_error([&] { conv(x, wide); }, {"reaches over 9", "5 of spatial axis 0"});
  expect_error([&] { conv(x, flat); }, {"one rank"});
  expect_error([&] { conv(x, half, {.strides = {1}, .groups = 2}); }, {"strides [1] must have 2 entries"});
  expect_error([&] { conv(x, half, {.strides = {0, 1}, .groups = 2}); }, {"strides [0, 1]", "from 1"});
  expect_error([&] { conv(x, thin, {.groups = 2}); }, {"5 filters do not divide into 2 groups"});
  expect_error([&] { conv(x, half, {.groups = 0}); }, {"at least one group"});
}

TEST(ConvTranspose, SpreadsThroughTheFilters) {
  expect_same(run({f64({1, 1, 2}, {1, 10}), f64({1, 1, 2}, {1, 2})},
                  [](auto v) { return conv_transpose(v[0], v[1], {.strides = {2}}); }),
              f64({1, 1, 4}, {1, 2, 10, 20}));
}

TEST(ConvTranspose, TakesTheSizeThatIsAskedFor) {
  const auto sized = [](const Ints& output) {
    return run({f64({1, 1, 2}, {1, 10}), f64({1, 1, 1}, {1})},
               [&](auto v) { return conv_transpose(v[0], v[1], {.strides = {2}}, output); });
  };
  expect_same(sized({}), f64({1, 1, 3}, {1, 0, 10}));
  expect_same(sized({4}), f64({1, 1, 4}, {1, 0, 10, 0}));
  expect_error([&] { sized({5}); }, {"conv_transpose", "windows along spatial axis 0 is 3 and 2"});
}

TEST(ConvFilter, NeedsTheKernelsSize) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 3, 8}});
  const Value dy = g.input("dy", {DType::f32, {2, 4, 3}});
  EXPECT_EQ(to_string(conv_filter(x, dy, {3}, {.strides = {2}}).type()), "f32[4, 3, 3]");
  expect_error([&] { g.emit1(Op::conv_filter, {x, dy}); }, {"conv_filter", "kernel's size must be given"});
  expect_error([&] { conv_filter(x, dy, {9}); }, {"reaches over 9"});
}

// All that a window can do at once, in two dimensions.
const ConvOptions kEverything{
    .strides = {2, 1}, .dilations = {1, 2}, .pads_low = {1, 2}, .pads_high = {0, 1}, .groups = 2};

TEST(ConvGradient, OfConv) {
  expect_gradients({scattered({2, 4, 5, 5}), scattered({2, 2, 3, 2}, 1)},
                   [](auto v) { return conv(v[0], v[1], kEverything); });
}

TEST(ConvGradient, OfConvTranspose) {
  expect_gradients({scattered({1, 2, 2, 6}), scattered({2, 2, 3, 2}, 1)},
                   [](auto v) { return conv_transpose(v[0], v[1], kEverything); });
}

TEST(ConvGradient, OfConvFilter) {
  expect_gradients({scattered({1, 4, 5, 5}), scattered({1, 2, 2, 6}, 1)},
                   [](auto v) { return conv_filter(v[0], v[1], {3, 2}, kEverything); });
}

}  // namespace
}  // namespace tenon::test
