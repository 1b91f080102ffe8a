// Elements taken and put by place: negative places, reductions, and what older opsets said otherwise.
#include "onnx/close_to.h"
#include "onnx/model_writer.h"

namespace tenon::onnx_models {

namespace {
TEST(OnnxIndexing, NegativePlacesCountFromTheEnd) {
  const Tensor x = floats({2, 3}, {1, 2, 3, 4, 5, 6});
  const OneNode taking{"GatherElements", {{"axis", std::int64_t{1}}}};
  expect_close(run(taking, {x, longs({2, 1}, {-1, -3})}).at(0), floats({2, 1}, {3, 4}));
  const OneNode putting{"ScatterElements", {{"axis", std::int64_t{1}}}, 18};
  expect_close(run(putting, {x, longs({1, 1}, {-1}), floats({1, 1}, {9})}).at(0),
               floats({2, 3}, {1, 2, 9, 4, 5, 6}));
}

TEST(OnnxIndexing, UpdatesThatMeetAreReduced) {
  const Tensor x = floats({3}, {5, 5, 5});
  const auto scattered = [&](const std::string& reduction) {
    return run(OneNode{"ScatterElements", {{"reduction", reduction}}, 18},
               {x, longs({2}, {1, 1}), floats({2}, {2, 7})})
        .at(0)
        .number(1);
  };
  EXPECT_EQ(scattered("none"), 7);
  EXPECT_EQ(scattered("add"), 14);
  EXPECT_EQ(scattered("mul"), 70);
  EXPECT_EQ(scattered("max"), 7);
  EXPECT_EQ(scattered("min"), 2);
}

TEST(OnnxIndexing, TheFirstOpsetsSaidKByAnAttribute) {
  const auto y = run(OneNode{"TopK", {{"k", std::int64_t{2}}}, 9, {}, 2}, {floats({4}, {1, 4, 3, 2})});
  expect_close(y.at(0), floats({2}, {4, 3}));
  EXPECT_TRUE(identical(y.at(1), longs({2}, {1, 2})));
}

TEST(OnnxIndexing, HardmaxOfOldOpsetsTakesAllLaterAxesAsOne) {
  const Tensor x = floats({1, 2, 2}, {1, 2, 9, 3});
  expect_close(run(OneNode{"Hardmax", {{"axis", std::int64_t{1}}}, 11}, {x}).at(0),
               floats({1, 2, 2}, {0, 0, 1, 0}));
  expect_close(run(OneNode{"Hardmax", {{"axis", std::int64_t{1}}}, 13}, {x}).at(0),
               floats({1, 2, 2}, {0, 0, 1, 1}));
}

TEST(OnnxIndexing, SequencesAreReversedWithBatchesFirstToo) {
  const auto y =
      run(OneNode{"ReverseSequence", {{"time_axis", std::int64_t{1}}, {"batch_axis", std::int64_t{0}}}},
          {floats({2, 3, 1}, {1, 2, 3, 4, 5, 6}), longs({2}, {2, 3})});
  expect_close(y.at(0), floats({2, 3, 1}, {2, 1, 3, 6, 5, 4}));
}

TEST(OnnxLosses, AWeightedMeanLeavesIgnoredRowsOut) {
  const Tensor scores = floats({3, 2}, {-1, -2, -3, -4, -5, -6});
  const auto y = run(OneNode{"NegativeLogLikelihoodLoss", {{"ignore_index", std::int64_t{-1}}}},
                     {scores, longs({3}, {0, 1, -1}), floats({2}, {1, 3})});
  expect_close(y.at(0), floats({}, {13.0F / 4}));
}

TEST(OnnxLosses, TheLogProbabilitiesAreAResultToo) {
  const Tensor scores = waves({2, 3});
  const auto y = run(OneNode{"SoftmaxCrossEntropyLoss", {}, 13, {}, 2}, {scores, longs({2}, {2, 0})});
  expect_close(y.at(1), run(OneNode{"LogSoftmax"}, {scores}).at(0));
  EXPECT_NEAR(y[0].number(), -(y[1].number(2) + y[1].number(3)) / 2, 1e-6);
}

TEST(OnnxElementwise, APowerOfIntegersIsExact) {
  const auto y = run(OneNode{"Pow"}, {longs({3}, {3, -7, 10}), floats({3}, {33, 3, 0.5F})});
  EXPECT_TRUE(identical(y.at(0), longs({3}, {5559060566555523, -343, 3})));
}
}  // namespace

}  // namespace tenon::onnx_models
