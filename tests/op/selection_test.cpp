#include "tenon/ops/selection.h"

#include <cmath>

#include "op/expect.h"

namespace tenon::test {
namespace {

using Values = std::vector<Value>;

TEST(Nonzero, GivesTheirPlacesInOrder) {
  const auto places = [](const Tensor& x) { return run({x}, [](const Values& v) { return nonzero(v[0]); }); };
  expect_same(places(f32({2, 3}, {0, 1, 0, NAN, -0.0f, 2})), i64({2, 3}, {0, 1, 1, 1, 0, 2}));
  expect_same(places(Tensor::of<bool>({3}, {false, false, false})), i64({1, 0}, {}));
  expect_same(places(Tensor::scalar(7.0f)), i64({1, 1}, {0}));
  expect_same(places(Tensor::zeros(DType::i32, {0, 2})), i64({2, 0}, {}));
}

std::vector<Tensor> unique_of(const Tensor& x, UniqueOptions options = {}) {
  return run_all({x}, [&](Graph&, const Values& v) {
    const Unique found = unique(v[0], options);
    return Values{found.values, found.first, found.inverse, found.counts};
  });
}

TEST(UniqueOp, SortsAndCounts) {
  const auto found = unique_of(f32({2, 3}, {2, 1, 1, 3, 4, 3}));
  expect_same(found[0], f32({4}, {1, 2, 3, 4}));
  expect_same(found[1], i64({4}, {1, 0, 3, 4}));
  expect_same(found[2], i64({6}, {1, 0, 0, 2, 3, 2}));
  expect_same(found[3], i64({4}, {2, 1, 2, 1}));
}

TEST(UniqueOp, KeepsTheOrderOfAppearance) {
  const auto found = unique_of(i64({5}, {2, 1, 1, 3, 2}), {.sorted = false});
  expect_same(found[0], i64({3}, {2, 1, 3}));
  expect_same(found[1], i64({3}, {0, 1, 3}));
  expect_same(found[2], i64({5}, {0, 1, 1, 2, 0}));
  expect_same(found[3], i64({3}, {2, 2, 1}));
}

TEST(UniqueOp, ComparesSlicesAlongAnAxis) {
  const auto rows = unique_of(f32({3, 2}, {1, 0, 1, 0, 0, 5}), {.axis = 0});
  expect_same(rows[0], f32({2, 2}, {0, 5, 1, 0}));
  expect_same(rows[2], i64({3}, {1, 1, 0}));
  const auto columns = unique_of(f32({2, 3}, {1, 0, 1, 4, 2, 4}), {.axis = -1});
  expect_same(columns[0], f32({2, 2}, {0, 1, 2, 4}));
  expect_same(columns[1], i64({2}, {1, 0}));
}

TEST(UniqueOp, TakesNaNForOneValueAndNothingForNone) {
  expect_same(unique_of(f32({4}, {NAN, 1, NAN, INFINITY}))[3], i64({3}, {1, 1, 2}));
  expect_same(unique_of(f32({0}, {}))[0], f32({0}, {}));
  EXPECT_EQ(unique_of(Tensor::zeros(DType::f32, {3, 0}), {.axis = 0})[3].number(), 3);
}

// Boxes, scores and the three limits of one image.
Tensor kept(const Tensor& boxes, const Tensor& scores, std::int64_t most, float overlap, float least,
            bool centred = false) {
  return run({boxes, scores, Tensor::scalar(most), f32({1}, {overlap}), Tensor::scalar(least)},
             [&](const Values& v) { return non_max_suppression(v[0], v[1], {v[2], v[3], v[4]}, centred); });
}

const Tensor kBoxes = f32({1, 6, 4}, {0, 0,  1, 1,  0, 0.1f,  1, 1.1f,  0, -0.1f, 1, 0.9f,
                                      0, 10, 1, 11, 0, 10.1f, 1, 11.1f, 0, 100,   1, 101});
const Tensor kScores = f32({1, 1, 6}, {0.9f, 0.75f, 0.6f, 0.95f, 0.5f, 0.3f});

TEST(NonMaxSuppression, KeepsTheBestOfThoseThatOverlap) {
  expect_same(kept(kBoxes, kScores, 3, 0.5f, 0), i64({3, 3}, {0, 0, 3, 0, 0, 0, 0, 0, 5}));
}

TEST(NonMaxSuppression, KeepsNoMoreThanItIsTold) {
  expect_same(kept(kBoxes, kScores, 2, 0.5f, 0), i64({2, 3}, {0, 0, 3, 0, 0, 0}));
  expect_same(kept(kBoxes, kScores, 0, 0.5f, 0), i64({0, 3}, {}));
}

TEST(NonMaxSuppression, DropsLowScores) {
  expect_same(kept(kBoxes, kScores, 9, 0.5f, 0.4f), i64({2, 3}, {0, 0, 3, 0, 0, 0}));
}

TEST(NonMaxSuppression, ReadsCornersInAnyOrderAndCentres) {
  const Tensor flipped = f32({1, 2, 4}, {1, 1, 0, 0, 0, 0.1f, 1, 1.1f});
  const Tensor scores = f32({1, 1, 2}, {0.5f, 0.6f});
  expect_same(kept(flipped, scores, 9, 0.5f, 0), i64({1, 3}, {0, 0, 1}));
  const Tensor centred = f32({1, 2, 4}, {0.5f, 0.5f, 1, 1, 0.6f, 0.5f, 1, 1});
  expect_same(kept(centred, scores, 9, 0.5f, 0, true), i64({1, 3}, {0, 0, 1}));
}

TEST(NonMaxSuppression, TakesEachClassOfEachImageForItself) {
  const Tensor boxes = f32({2, 2, 4}, {0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 5, 5, 6, 6});
  const Tensor scores = f32({2, 2, 2}, {0.5f, 0.5f, 0.1f, 0.2f, 0.9f, 0.8f, 0, 0.3f});
  expect_same(kept(boxes, scores, 9, 0.5f, 0), i64({5, 3}, {0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 1, 1, 1}));
}

TEST(NonMaxSuppression, RefusesWhatDoesNotBelongTogether) {
  expect_error([] { kept(kBoxes, f32({1, 1, 2}, {1, 2}), 3, 0.5f, 0); }, {"differ in their batch or number"});
}

}  // namespace
}  // namespace tenon::test
