// Resizing: by tables that people can check, and where two ways to say the same must agree.
#include "onnx/close_to.h"
#include "onnx/model_writer.h"

namespace tenon::onnx_models {

namespace {
Tensor none() { return Tensor::empty(DType::f32, {0}); }

Tensor to_sizes(const Tensor& x, const std::vector<std::int64_t>& sizes, std::vector<Attribute> attributes,
                std::int64_t opset = 18) {
  const auto count = static_cast<std::int64_t>(sizes.size());
  return run(OneNode{"Resize", std::move(attributes), opset, {}, 1, true},
             {x, none(), none(), longs({count}, sizes)})
      .at(0);
}

Tensor by_scales(const Tensor& x, const std::vector<float>& scales, std::vector<Attribute> attributes) {
  const auto count = static_cast<std::int64_t>(scales.size());
  return run(OneNode{"Resize", std::move(attributes), 18, {}, 1, true}, {x, none(), floats({count}, scales)})
      .at(0);
}

Tensor line(const std::vector<float>& values) {
  return floats({1, static_cast<std::int64_t>(values.size())}, values);
}

TEST(OnnxResize, NearestByAWholeFactorRepeats) {
  expect_close(by_scales(line({1, 2, 3}), {1, 3}, {}), line({1, 1, 1, 2, 2, 2, 3, 3, 3}));
  expect_close(by_scales(floats({2, 2}, {1, 2, 3, 4}), {2, 1}, {}), floats({4, 2}, {1, 2, 1, 2, 3, 4, 3, 4}));
}

TEST(OnnxResize, NearestRoundsAsItIsTold) {
  const auto rounded = [](const std::string& how) {
    return by_scales(line({1, 2, 3, 4}), {1, 0.5F}, {{"nearest_mode", how}});
  };
  expect_close(rounded("round_prefer_floor"), line({1, 3}));
  expect_close(rounded("round_prefer_ceil"), line({2, 4}));
  expect_close(rounded("floor"), line({1, 3}));
  expect_close(rounded("ceil"), line({2, 4}));
}

TEST(OnnxResize, LinearMixesNeighbours) {
  expect_close(by_scales(line({0, 4}), {1, 2}, {{"mode", std::string("linear")}}), line({0, 1, 3, 4}));
  expect_close(to_sizes(line({0, 4}), {1, 5},
                        {{"mode", std::string("linear")},
                         {"coordinate_transformation_mode", std::string("align_corners")}}),
               line({0, 1, 2, 3, 4}));
}

TEST(OnnxResize, CubicKeepsALineWithinTheAxis) {
  const std::vector<Attribute> exact{{"mode", std::string("cubic")}, {"cubic_coeff_a", -0.5}};
  const Tensor y = by_scales(line({0, 1, 2, 3, 4, 5}), {1, 2}, exact);
  EXPECT_NEAR(y.number(5), 2.25, 1e-5);
  EXPECT_NEAR(y.number(6), 2.75, 1e-5);
}

TEST(OnnxResize, WhatIsExcludedOutsideHasNoWeight) {
  const Tensor ones = line({1, 1, 1, 1});
  expect_close(
      by_scales(ones, {1, 2}, {{"mode", std::string("cubic")}, {"exclude_outside", std::int64_t{1}}}),
      line({1, 1, 1, 1, 1, 1, 1, 1}));
}

TEST(OnnxResize, AntialiasingAveragesWhatIsLeftOut) {
  const std::vector<Attribute> smooth{{"mode", std::string("linear")}, {"antialias", std::int64_t{1}}};
  const Tensor stripes = line({0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0, 8});
  const Tensor y = by_scales(stripes, {1, 0.25F}, smooth);
  EXPECT_NEAR(y.number(1), 4, 1e-5);
  EXPECT_NEAR(y.number(2), 4, 1e-5);
}

TEST(OnnxResize, OnlyTheNamedAxesAreResized) {
  const Tensor y = to_sizes(floats({2, 1, 2}, {1, 2, 3, 4}), {4}, {{"axes", Ints{0}}});
  expect_close(y, floats({4, 1, 2}, {1, 2, 1, 2, 3, 4, 3, 4}));
}

TEST(OnnxResize, AKeptAspectRatioFitsWithinOrAround) {
  const Tensor image = waves({4, 8});
  const auto shape = [&](const std::string& policy) {
    return to_sizes(image, {6, 6}, {{"keep_aspect_ratio_policy", policy}}).shape();
  };
  EXPECT_EQ(shape("not_larger"), (Shape{3, 6}));
  EXPECT_EQ(shape("not_smaller"), (Shape{6, 12}));
}

TEST(OnnxResize, IntegersAreRounded) {
  const Tensor x = Tensor::of<std::uint8_t>({1, 2}, {0, 255});
  const Tensor y = by_scales(x, {1, 2}, {{"mode", std::string("linear")}});
  EXPECT_TRUE(identical(y, Tensor::of<std::uint8_t>({1, 4}, {0, 64, 191, 255})));
}

TEST(OnnxResize, UpsampleIsTheOldName) {
  const auto y = run(OneNode{"Upsample", {{"scales", std::vector<double>{1, 2}}}, 7}, {line({1, 2})});
  expect_close(y.at(0), line({1, 1, 2, 2}));
}
}  // namespace

}  // namespace tenon::onnx_models
