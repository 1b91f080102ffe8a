#include "op/expect.h"

namespace tenon::test {
namespace {

TEST(Matmul, MultipliesMatrices) {
  const Tensor y = run({f64({2, 3}, {1, 2, 3, 4, 5, 6}), f64({3, 2}, {7, 8, 9, 10, 11, 12})},
                       [](auto x) { return matmul(x[0], x[1]); });
  expect_same(y, f64({2, 2}, {58, 64, 139, 154}));
}

TEST(Matmul, TakesEitherSideTransposed) {
  const Tensor a = f32({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b = f32({3, 2}, {7, 8, 9, 10, 11, 12});
  const Tensor at = run({a}, [](auto x) { return transpose(x[0]); });
  const Tensor bt = run({b}, [](auto x) { return transpose(x[0]); });
  const Tensor y = f32({2, 2}, {58, 64, 139, 154});
  expect_same(run({at, b}, [](auto x) { return matmul(x[0], x[1], {.transpose_a = true}); }), y);
  expect_same(run({a, bt}, [](auto x) { return matmul(x[0], x[1], {.transpose_b = true}); }), y);
  expect_same(run({at, bt}, [](auto x) { return matmul(x[0], x[1], {true, true}); }), y);
}

TEST(Matmul, BroadcastsTheAxesBeforeTheMatrices) {
  const Tensor y =
      run({counting({2, 1, 1, 2}), counting({3, 2, 1})}, [](auto x) { return matmul(x[0], x[1]); });
  expect_same(y, f64({2, 3, 1, 1}, {5, 11, 17, 11, 25, 39}));
}

TEST(Matmul, OfNothingIsZero) {
  expect_same(run({counting({2, 0}), counting({0, 3})}, [](auto x) { return matmul(x[0], x[1]); }),
              Tensor::zeros(DType::f64, {2, 3}));
  expect_same(run({counting({0, 2}), counting({2, 3})}, [](auto x) { return matmul(x[0], x[1]); }),
              Tensor::zeros(DType::f64, {0, 3}));
}

TEST(Matmul, IntegersWrap) {
  const Tensor y =
      run({Tensor::of<std::int8_t>({1, 2}, {100, 100}), Tensor::of<std::int8_t>({2, 1}, {3, -1})},
          [](auto x) { return matmul(x[0], x[1]); });
  expect_same(y, Tensor::of<std::int8_t>({1, 1}, {static_cast<std::int8_t>(200)}));
  const std::int64_t large = std::int64_t{1} << 62;
  expect_same(run({i64({1, 2}, {large, 1}), i64({2, 1}, {4, 5})}, [](auto x) { return matmul(x[0], x[1]); }),
              i64({1, 1}, {5}));
}

TEST(Matmul, IsSummedInDoubleAndRoundedOnce) {
  const Tensor a = f32({1, 3}, {1e8f, 1, -1e8f});
  expect_same(run({a, f32({3, 1}, {1, 1, 1})}, [](auto x) { return matmul(x[0], x[1]); }), f32({1, 1}, {1}));
}

TEST(Matmul, BlocksDoNotShow) {
  const Tensor a = counting({3, 700});
  const Tensor b = Tensor::full(DType::f64, {700, 600}, 1);
  const Tensor y = run({a, b}, [](auto x) { return matmul(x[0], x[1]); });
  EXPECT_EQ(y.number(0), 700 * 701 / 2);
  EXPECT_EQ(y.number(3 * 600 - 1), 700 * 701 / 2 + 1400.0 * 700);
}

TEST(Matmul, KeepsSymbols) {
  Graph g;
  const Value y = matmul(g.input("x", {DType::f32, {"N", 3}}), g.input("w", {DType::f32, {3, 5}}));
  EXPECT_EQ(to_string(y.type()), "f32[N, 5]");
}

TEST(Matmul, SaysWhatDoesNotFit) {
  Graph g;
  g.set_label("layers.0");
  const Value a = g.input("a", {DType::f32, {2, 3}});
  const Value b = g.input("b", {DType::f32, {4, 5}});
  const Value v = g.input("v", {DType::f32, {3}});
  const Value d = g.input("d", {DType::f64, {3, 2}});
  expect_error([&] { matmul(a, b); }, {"matmul 'layers.0'", "3 and 4", "f32[2, 3]", "f32[4, 5]"});
  expect_error([&] { matmul(a, v); }, {"rank 2"});
  expect_error([&] { matmul(a, d); }, {"one element type"});
}

}  // namespace
}  // namespace tenon::test
