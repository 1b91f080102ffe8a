#include "op/expect.h"

namespace tenon::test {
namespace {

TEST(Gather, TakesSlicesAlongAnAxis) {
  const Tensor x = counting({3, 2});
  expect_same(run({x, i64({2}, {2, -3})}, [](auto v) { return gather(v[0], v[1]); }),
              f64({2, 2}, {5, 6, 1, 2}));
  expect_same(run({x, i64({1, 2}, {1, 1})}, [](auto v) { return gather(v[0], v[1], 1); }),
              f64({3, 1, 2}, {2, 2, 4, 4, 6, 6}));
  expect_same(run({x, i64({}, {1})}, [](auto v) { return gather(v[0], v[1], -2); }), f64({2}, {3, 4}));
}

TEST(Gather, SaysWhichIndexIsOutOfRange) {
  expect_error([] { run({counting({3}), i64({1}, {3})}, [](auto v) { return gather(v[0], v[1]); }); },
               {"gather", "index 3", "dimension of 3"});
  expect_error([] { run({counting({3}), i64({1}, {-4})}, [](auto v) { return gather(v[0], v[1]); }); },
               {"index -4"});
}

TEST(Scatter, PutsWhatGatherWouldTake) {
  const auto put = [](std::string reduction) {
    return run({f64({3, 2}, {1, 1, 1, 1, 1, 1}), i64({3}, {0, 2, 0}), f64({3, 2}, {2, 3, 4, 5, 6, 7})},
               [&](auto v) { return scatter(v[0], v[1], v[2], {0, reduction}); });
  };
  expect_same(put("none"), f64({3, 2}, {6, 7, 1, 1, 4, 5}));
  expect_same(put("add"), f64({3, 2}, {9, 11, 1, 1, 5, 6}));
  expect_same(put("mul"), f64({3, 2}, {12, 21, 1, 1, 4, 5}));
  expect_same(put("max"), f64({3, 2}, {6, 7, 1, 1, 4, 5}));
  expect_same(put("min"), f64({3, 2}, {1, 1, 1, 1, 1, 1}));
}

TEST(Scatter, WorksAlongAnyAxis) {
  expect_same(run({Tensor::zeros(DType::f64, {2, 3}), i64({2}, {2, 0}), counting({2, 2})},
                  [](auto v) { return scatter(v[0], v[1], v[2], {.axis = 1}); }),
              f64({2, 3}, {2, 0, 1, 4, 0, 3}));
}

TEST(Scatter, RoundsOnce) {
  expect_same(run({f32({1}, {1e8f}), i64({2}, {0, 0}), f32({2}, {1, -1e8f})},
                  [](auto v) { return scatter(v[0], v[1], v[2], {0, "add"}); }),
              f32({1}, {1}));
}

TEST(Scatter, SignedIntegersCompareAsSuch) {
  expect_same(run({i64({1}, {2}), i64({1}, {0}), i64({1}, {-5})},
                  [](auto v) { return scatter(v[0], v[1], v[2], {0, "min"}); }),
              i64({1}, {-5}));
}

TEST(Scatter, SaysWhatDoesNotFit) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {3, 2}});
  const Value i = g.input("i", {DType::i64, {2}});
  expect_error([&] { scatter(x, i, x); }, {"scatter", "f32[2, 2]"});
  expect_error([&] { scatter(x, i, gather(x, i), {0, "mean"}); }, {"no reduction 'mean'"});
  expect_error([&] { gather(x, x); }, {"integer"});
}

TEST(OneHot, LeavesOutOfRangeZero) {
  expect_same(run({i64({3}, {1, -1, 2})}, [](auto v) { return one_hot(v[0], 2); }),
              f32({3, 2}, {0, 1, 0, 0, 0, 0}));
}

TEST(Iota, CountsAlongAnAxis) {
  Graph g;
  g.output("rows", iota(g, {2, 3}));
  g.output("columns", iota(g, {2, 3}, -1, DType::f32));
  g.output("from a shape", iota(g.constant(i64({1}, {2}))));
  const auto outputs = evaluate(g, {}).outputs;
  expect_same(outputs[0], i64({2, 3}, {0, 0, 0, 1, 1, 1}));
  expect_same(outputs[1], f32({2, 3}, {0, 1, 2, 0, 1, 2}));
  expect_same(outputs[2], i64({2}, {0, 1}));
}

}  // namespace
}  // namespace tenon::test
