// Images sampled, centred and put together, where the published cases leave something open.
#include "onnx/close_to.h"
#include "onnx/model_writer.h"

namespace tenon::onnx_models {

namespace {
// A grid that names the middles of the pixels themselves.
Tensor grid_of_pixels(std::int64_t rows, std::int64_t columns) {
  Tensor grid = Tensor::empty(DType::f32, {1, rows, columns, 2});
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < columns; ++j) {
      grid.set_number((i * columns + j) * 2,
                      (2.0 * static_cast<double>(j) + 1) / static_cast<double>(columns) - 1);
      grid.set_number((i * columns + j) * 2 + 1,
                      (2.0 * static_cast<double>(i) + 1) / static_cast<double>(rows) - 1);
    }
  return grid;
}

TEST(OnnxSampling, EveryFilterGivesThePixelsBack) {
  const Tensor x = waves({1, 2, 4, 5});
  for (const char* filter : {"nearest", "bilinear", "bicubic"})
    expect_close(run(OneNode{"GridSample", {{"mode", std::string(filter)}}}, {x, grid_of_pixels(4, 5)}).at(0),
                 x);
}

TEST(OnnxSampling, OutsideIsWhatThePaddingSays) {
  const Tensor x = floats({1, 1, 1, 3}, {1, 2, 3});
  const Tensor right = floats({1, 1, 1, 2}, {2, 0});  // two pixels beyond the last
  const auto sampled = [&](const std::string& padding) {
    return run(OneNode{"GridSample", {{"mode", std::string("nearest")}, {"padding_mode", padding}}},
               {x, right})
        .at(0)
        .number();
  };
  EXPECT_EQ(sampled("zeros"), 0);
  EXPECT_EQ(sampled("border"), 3);
  EXPECT_EQ(sampled("reflection"), 2);
}

TEST(OnnxSampling, ARegionOfOneColourIsOfThatColour) {
  const Tensor x = Tensor::full(DType::f32, {1, 2, 8, 8}, 5);
  const Tensor regions = floats({2, 4}, {1, 1, 6, 5, 2, 0, 3, 7});
  for (const std::int64_t ratio : {1, 3}) {
    const auto y = run(OneNode{"RoiAlign",
                               {{"output_height", std::int64_t{2}},
                                {"output_width", std::int64_t{3}},
                                {"sampling_ratio", ratio}}},
                       {x, regions, longs({2}, {0, 0})});
    expect_close(y.at(0), Tensor::full(DType::f32, {2, 2, 2, 3}, 5));
  }
}

TEST(OnnxImages, CentredCropsAndPadsPutTheOddOneAtTheEnd) {
  const OneNode node{"CenterCropPad", {}, 18, {}, 1, true};
  const Tensor x = floats({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
  expect_close(run(node, {x, longs({2}, {3, 1})}).at(0), floats({3, 1}, {2, 6, 0}));
}

TEST(OnnxImages, WindowsAreAddedUp) {
  const OneNode node{"Col2Im", {}, 18, {}, 1, true};
  const Tensor windows = Tensor::full(DType::f32, {1, 4, 4}, 1);
  expect_close(run(node, {windows, longs({2}, {3, 3}), longs({2}, {2, 2})}).at(0),
               floats({1, 1, 3, 3}, {1, 2, 1, 2, 4, 2, 1, 2, 1}));
}

TEST(OnnxImages, TheUnitMatrixMovesNoPointOfAGrid) {
  const OneNode node{"AffineGrid", {}, 20, {}, 1, true};
  const auto y = run(node, {floats({1, 2, 3}, {1, 0, 0, 0, 1, 0}), longs({4}, {1, 1, 3, 4})});
  expect_close(y.at(0), grid_of_pixels(3, 4));
}

TEST(OnnxImages, DepthGoesBackToSpace) {
  const Tensor x = waves({1, 3, 4, 6});
  const Attribute two{"blocksize", std::int64_t{2}};
  for (const char* mode : {"DCR", "CRD"}) {
    const Attribute order{"mode", std::string(mode)};
    const auto deep = run(OneNode{"SpaceToDepth", {two, order}}, {x});
    EXPECT_EQ(deep[0].shape(), (Shape{1, 12, 2, 3}));
    expect_close(run(OneNode{"DepthToSpace", {two, order}}, deep).at(0), x);
  }
}

TEST(OnnxPools, NormsOfWindowsAndOfAll) {
  const Tensor x = floats({1, 1, 4}, {3, -4, 6, 8});
  expect_close(run(OneNode{"LpPool", {{"kernel_shape", Ints{2}}, {"strides", Ints{2}}}}, {x}).at(0),
               floats({1, 1, 2}, {5, 10}));
  const OneNode last{
      "LpPool", {{"kernel_shape", Ints{2}}, {"strides", Ints{2}}, {"ceil_mode", std::int64_t{1}}}, 18};
  expect_close(run(last, {floats({1, 1, 5}, {3, -4, 6, 8, -7})}).at(0), floats({1, 1, 3}, {5, 10, 7}));
  expect_close(run(OneNode{"GlobalLpPool", {{"p", std::int64_t{1}}}}, {x}).at(0), floats({1, 1, 1}, {21}));
}
}  // namespace

}  // namespace tenon::onnx_models
