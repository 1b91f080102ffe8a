// Indexing by points, sort, top_k, cumsum; and the gradients of all indexing.
#include <limits>

#include "op/gradient_check.h"

namespace tenon::test {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(GatherNd, TakesPoints) {
  const Tensor x = counting({2, 2, 2});
  expect_same(run({x, i64({2, 2}, {0, 1, -1, 0})}, [](auto v) { return gather_nd(v[0], v[1]); }),
              f64({2, 2}, {3, 4, 5, 6}));
  expect_same(run({x, i64({1, 3}, {1, 1, 1})}, [](auto v) { return gather_nd(v[0], v[1]); }), f64({1}, {8}));
}

TEST(GatherNd, GoesAlongTheBatch) {
  expect_same(run({counting({2, 3}), i64({2, 1}, {2, 0})}, [](auto v) { return gather_nd(v[0], v[1], 1); }),
              f64({2}, {3, 4}));
}

TEST(ScatterNd, PutsPoints) {
  expect_same(run({counting({2, 2}), i64({2, 2}, {0, 1, 0, 1}), f64({2}, {10, 20})},
                  [](auto v) { return scatter_nd(v[0], v[1], v[2], "add"); }),
              f64({2, 2}, {1, 32, 3, 4}));
  expect_same(run({counting({2, 2}), i64({2, 1}, {1, 0}), f64({2}, {10, 20})},
                  [](auto v) { return scatter_nd(v[0], v[1], v[2], "none", 1); }),
              f64({2, 2}, {1, 10, 20, 4}));
}

TEST(GatherNd, SaysWhatDoesNotFit) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 3}});
  const Value deep = g.input("deep", {DType::i64, {4, 3}});
  const Value scalar = g.input("scalar", {DType::i64, {}});
  const Value points = g.input("points", {DType::i64, {4, 1}});
  expect_error([&] { gather_nd(x, deep); }, {"gather_nd", "points of 3 places", "2 axes"});
  expect_error([&] { gather_nd(x, scalar); }, {"last axis"});
  expect_error([&] { gather_nd(x, points, 1); }, {"batch axis 0 is 2 and 4"});
  expect_error([&] { scatter_nd(x, points, x); }, {"f32[4, 3]"});
  expect_error([] { run({counting({2}), i64({1, 1}, {2})}, [](auto v) { return gather_nd(v[0], v[1]); }); },
               {"index 2", "dimension of 2"});
}

std::vector<Tensor> ordered(const Tensor& x, const std::function<Ordered(Value)>& function) {
  return run_all({x}, [&](Graph&, const std::vector<Value>& v) {
    const Ordered results = function(v[0]);
    return std::vector{results.values, results.indices};
  });
}

TEST(Sort, IsStableAndPutsNanLast) {
  const Tensor x = f64({5}, {2, kNan, 1, 2, -1});
  const auto up = ordered(x, [](Value v) { return sort(v); });
  expect_same(up[1], i64({5}, {4, 2, 0, 3, 1}));
  EXPECT_EQ(up[0].number(0), -1);
  expect_same(ordered(x, [](Value v) { return sort(v, 0, true); })[1], i64({5}, {0, 3, 2, 4, 1}));
}

TEST(Sort, GoesAlongAnyAxis) {
  const auto y = ordered(f64({2, 2}, {3, 1, 2, 4}), [](Value v) { return sort(v, 0); });
  expect_same(y[0], f64({2, 2}, {2, 1, 3, 4}));
  expect_same(y[1], i64({2, 2}, {1, 0, 0, 1}));
}

TEST(TopK, TakesTheFirstOfSort) {
  const Tensor x = f64({2, 3}, {3, 1, 3, 4, kNan, 5});
  const auto most = ordered(x, [](Value v) { return top_k(v, 2); });
  expect_same(most[0], f64({2, 2}, {3, 3, 5, 4}));
  expect_same(most[1], i64({2, 2}, {0, 2, 2, 0}));
  expect_same(ordered(x, [](Value v) { return top_k(v, 1, {.largest = false}); })[1], i64({2, 1}, {1, 0}));
  expect_same(ordered(x, [](Value v) { return top_k(v, 2, {.sorted = false}); })[1],
              i64({2, 2}, {0, 2, 0, 2}));
  expect_same(ordered(x, [](Value v) { return top_k(v, 1, {.axis = 0}); })[0], f64({1, 3}, {4, 1, 5}));
}

TEST(TopK, SaysWhatDoesNotFit) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 3}});
  expect_error([&] { top_k(x, 4); }, {"top_k", "the first 4 of 3"});
  expect_error([&] { top_k(x, -1); }, {"negative"});
}

TEST(Cumsum, SumsUpToEach) {
  const auto summed = [](CumsumOptions options) {
    return run({f64({3}, {1, 2, 3})}, [&](auto v) { return cumsum(v[0], 0, options); });
  };
  expect_same(summed({}), f64({3}, {1, 3, 6}));
  expect_same(summed({.exclusive = true}), f64({3}, {0, 1, 3}));
  expect_same(summed({.reverse = true}), f64({3}, {6, 5, 3}));
  expect_same(summed({.exclusive = true, .reverse = true}), f64({3}, {5, 3, 0}));
}

TEST(Cumsum, GoesAlongAnyAxisAndWraps) {
  expect_same(run({counting({2, 2})}, [](auto v) { return cumsum(v[0], 0); }), f64({2, 2}, {1, 2, 4, 6}));
  expect_same(run({Tensor::of<std::uint8_t>({2}, {200, 100})}, [](auto v) { return cumsum(v[0], -1); }),
              Tensor::of<std::uint8_t>({2}, {200, 44}));
}

TEST(IndexingGradient, OfGather) {
  expect_gradients({scattered({3, 4}), i64({2, 2}, {1, -1, 1, 0})},
                   [](auto v) { return gather(v[0], v[1], 1); });
  expect_gradients({scattered({2, 3, 2}), i64({2, 2}, {1, 2, 1, 2})},
                   [](auto v) { return gather_nd(v[0], v[1]); });
  expect_gradients({scattered({2, 3, 2}), i64({2, 1}, {1, 2})},
                   [](auto v) { return gather_nd(v[0], v[1], 1); });
}

TEST(IndexingGradient, OfScatter) {
  for (const char* reduction : {"none", "add", "mul", "max", "min"}) {
    expect_gradients({scattered({3, 2}), i64({4}, {2, 0, 2, -1}), scattered({4, 2}, 1)},
                     [&](auto v) { return scatter(v[0], v[1], v[2], {0, reduction}); });
    expect_gradients({scattered({3, 2}), i64({3, 2}, {2, 0, 2, 0, 1, 1}), scattered({3}, 1)},
                     [&](auto v) { return scatter_nd(v[0], v[1], v[2], reduction); });
  }
}

TEST(IndexingGradient, OfOrder) {
  const Tensor x = scattered({3, 4});
  expect_gradients({x}, [](auto v) { return sort(v[0], 0).values; });
  expect_gradients({x}, [](auto v) { return top_k(v[0], 2).values; });
  expect_gradients({x}, [](auto v) { return cumsum(v[0], 1, {true, false}); });
}

}  // namespace
}  // namespace tenon::test
