// Slice, pad, concat, reverse; and the gradients of all movement.
#include "op/gradient_check.h"

namespace tenon::test {
namespace {

Tensor sliced(const Tensor& x, const std::vector<SliceSpec>& parts) {
  return run({x}, [&](auto v) { return slice(v[0], parts); });
}

Tensor padded(const Tensor& x, const PadOptions& options) {
  return run({x}, [&](auto v) { return pad(v[0], options); });
}

TEST(Slice, ClampsAsPythonDoes) {
  const Tensor x = counting({5});
  expect_same(sliced(x, {{.start = 1, .end = 3}}), f64({2}, {2, 3}));
  expect_same(sliced(x, {{.start = -2}}), f64({2}, {4, 5}));
  expect_same(sliced(x, {{.start = -99, .end = 99}}), x);
  expect_same(sliced(x, {{.start = 3, .end = 1}}), f64({0}, {}));
  expect_same(sliced(x, {{.step = 2}}), f64({3}, {1, 3, 5}));
  expect_same(sliced(x, {{.step = INT64_MAX}}), f64({1}, {1}));
}

TEST(Slice, WalksBackwards) {
  const Tensor x = counting({5});
  expect_same(sliced(x, {{.start = -1, .end = SliceSpec::kBeforeStart, .step = -1}}),
              f64({5}, {5, 4, 3, 2, 1}));
  expect_same(sliced(x, {{.start = 99, .end = 0, .step = -2}}), f64({2}, {5, 3}));
  expect_same(sliced(x, {{.start = 3, .end = -1, .step = -1}}), f64({0}, {}));
}

TEST(Slice, TakesSeveralAxes) {
  expect_same(sliced(counting({2, 3}), {{.axis = -1, .start = 1}, {.axis = 0, .end = 1}}),
              f64({1, 2}, {2, 3}));
}

TEST(Slice, TypesKeepWhatIsKnown) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {"N", 10}});
  EXPECT_EQ(to_string(slice(x, {{.axis = 1, .start = 4}}).type()), "f32[N, 6]");
  EXPECT_EQ(to_string(slice(x, {{.axis = 0}}).type()), "f32[N, 10]");
  EXPECT_EQ(to_string(slice(x, {{.axis = 0, .end = 5}}).type()), "f32[?, 10]");
}

TEST(Slice, SaysWhatDoesNotFit) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 3}});
  expect_error([&] { slice(x, {{.axis = 2}}); }, {"slice", "axis 2 is out of range"});
  expect_error([&] { slice(x, {{.step = 0}}); }, {"a step cannot be 0"});
  expect_error([&] { slice(x, {{.axis = 0}, {.axis = -2}}); }, {"twice"});
}

TEST(Pad, HasFourModes) {
  const Tensor x = f64({3}, {1, 2, 3});
  expect_same(padded(x, {{2}, {1}, "constant", 9}), f64({6}, {9, 9, 1, 2, 3, 9}));
  expect_same(padded(x, {{2}, {1}, "edge"}), f64({6}, {1, 1, 1, 2, 3, 3}));
  expect_same(padded(x, {{2}, {1}, "reflect"}), f64({6}, {3, 2, 1, 2, 3, 2}));
  expect_same(padded(x, {{2}, {1}, "wrap"}), f64({6}, {2, 3, 1, 2, 3, 1}));
}

TEST(Pad, GoesOnPastTheFarEnd) {
  expect_same(padded(f64({2}, {1, 2}), {{3}, {2}, "reflect"}), f64({7}, {2, 1, 2, 1, 2, 1, 2}));
  expect_same(padded(f64({1}, {1}), {{2}, {1}, "reflect"}), f64({4}, {1, 1, 1, 1}));
  expect_same(padded(f64({2}, {1, 2}), {{3}, {0}, "wrap"}), f64({5}, {2, 1, 2, 1, 2}));
}

TEST(Pad, CropsWhereNegative) {
  expect_same(padded(counting({2, 3}), {{0, -1}, {1, -1}}), f64({3, 1}, {2, 5, 0}));
  expect_same(padded(Tensor::zeros(DType::f64, {0}), {{1}, {1}, "constant", 4}), f64({2}, {4, 4}));
}

TEST(Pad, SaysWhatDoesNotFit) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 0}});
  expect_error([&] { pad(x, {{1}, {1}}); }, {"pad", "must have 2 entries"});
  expect_error([&] { pad(x, {{-3, 0}, {0, 0}}); }, {"dimension of 2 cannot be padded by -3 and 0"});
  expect_error([&] { pad(x, {{0, 1}, {0, 0}, "edge"}); }, {"nothing to pad with"});
  expect_error([&] { pad(x, {{0, 0}, {0, 0}, "mirror"}); }, {"no mode 'mirror'"});
}

TEST(Concat, PutsPartsInARow) {
  expect_same(run({counting({2, 1}), f64({2, 2}, {7, 8, 9, 10}), Tensor::zeros(DType::f64, {2, 0})},
                  [](auto v) { return concat({v[0], v[1], v[2]}, -1); }),
              f64({2, 3}, {1, 7, 8, 2, 9, 10}));
}

TEST(Concat, TypesKeepWhatIsKnown) {
  Graph g;
  const Value a = g.input("a", {DType::f32, {"N", 2, Dim::unknown()}});
  const Value b = g.input("b", {DType::f32, {"N", 3, 4}});
  EXPECT_EQ(to_string(concat({a, b}, 1).type()), "f32[N, 5, 4]");
  expect_error([&] { concat({a, b}, 2); }, {"concat", "another axis than 2: 2 and 3"});
  expect_error([&] { concat({a, shape_of(b)}, 0); }, {"element type"});
}

TEST(Reverse, TurnsAxesRound) {
  expect_same(run({counting({2, 2})}, [](auto v) { return reverse(v[0], {-1}); }), f64({2, 2}, {2, 1, 4, 3}));
  expect_same(run({counting({2, 2})}, [](auto v) { return reverse(v[0]); }), f64({2, 2}, {4, 3, 2, 1}));
}

TEST(MovementGradient, OfSlice) {
  const Tensor x = scattered({4, 5});
  expect_gradients(
      {x}, [](auto v) { return slice(v[0], {{.axis = 0, .start = 1, .end = 3}, {.axis = 1, .end = -1}}); });
  expect_gradients({x}, [](auto v) {
    return slice(v[0], {{.axis = 1, .start = -2, .end = SliceSpec::kBeforeStart, .step = -1}});
  });
  expect_gradients({x}, [](auto v) { return slice(v[0], {{.axis = 1, .start = 4, .end = 0, .step = -3}}); });
  expect_gradients(
      {x}, [](auto v) { return slice(v[0], {{.axis = 0, .start = 1, .step = 2}, {.axis = 1, .step = 3}}); });
  expect_gradients({x}, [](auto v) { return slice(v[0], {{.axis = 0, .start = 3, .end = 1, .step = -1}}); });
  expect_gradients({x}, [](auto v) { return slice(v[0], {{.axis = 0, .start = 3, .end = 1}}); });
}

TEST(MovementGradient, OfPad) {
  for (const char* mode : {"constant", "edge", "reflect", "wrap"})
    expect_gradients({scattered({3, 4})}, [&](auto v) { return pad(v[0], {{2, -1}, {-1, 3}, mode, 7}); });
}

TEST(MovementGradient, OfConcat) {
  expect_gradients({scattered({2, 1}), scattered({2, 3}, 1), scattered({2, 2}, 2)},
                   [](auto v) { return concat(v, -1); });
}

TEST(MovementGradient, OfTheOthers) {
  const Tensor x = scattered({2, 3});
  expect_gradients({x}, [](auto v) { return reverse(v[0], {1}); });
  expect_gradients({x}, [](auto v) { return transpose(v[0], {-1, 0}); });
  expect_gradients({x}, [](auto v) { return transpose(v[0]); });
  expect_gradients({x}, [](auto v) { return reshape(v[0], {3, -1}); });
  expect_gradients({scattered({2, 1})}, [](auto v) { return broadcast_to(v[0], {4, 2, 3}); });
  expect_gradients({x, scattered({3}, 1)}, [](auto v) { return sum_to_like(v[0], v[1]); });
  expect_gradients({scattered({3}), scattered({2, 3}, 1)}, [](auto v) { return expand_like(v[0], v[1]); });
}

TEST(MatmulGradient, OfEitherSideTransposed) {
  for (const bool a : {false, true})
    for (const bool b : {false, true})
      expect_gradients(
          {scattered(a ? Shape{3, 2} : Shape{2, 3}), scattered(b ? Shape{4, 3} : Shape{3, 4}, 1)},
          [&](auto v) { return matmul(v[0], v[1], {a, b}); });
}

TEST(MatmulGradient, OfBatches) {
  expect_gradients({scattered({2, 2, 3}), scattered({3, 2}, 1)}, [](auto v) { return matmul(v[0], v[1]); });
  expect_gradients({scattered({2, 2, 3}), scattered({2, 3}, 1)},
                   [](auto v) { return matmul(v[0], v[1], {.transpose_b = true}); });
  expect_gradients({scattered({2, 1, 1, 3}), scattered({2, 3, 2}, 1)},
                   [](auto v) { return matmul(v[0], v[1]); });
}

}  // namespace
}  // namespace tenon::test
