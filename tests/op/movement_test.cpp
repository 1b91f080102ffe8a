#include "op/expect.h"

namespace tenon::test {
namespace {

std::string type_after(const Type& type, const std::function<Value(Value)>& function) {
  Graph g;
  return to_string(function(g.input("x", type)).type());
}

TEST(Reshape, CopiesAndInfers) {
  expect_same(run({counting({2, 3, 4})}, [](auto x) { return reshape(x[0], {0, -1}); }), counting({2, 12}));
  expect_same(run({counting({2, 3})}, [](auto x) { return reshape(x[0], {-1}); }), counting({6}));
  expect_same(run({counting({1, 1})}, [](auto x) { return reshape(x[0], Ints{}); }), counting({}));
}

TEST(Reshape, KeepsTheSymbolThatIsLeftOver) {
  const Type x{DType::f32, {"N", 28, 28}};
  EXPECT_EQ(type_after(x, [](Value v) { return reshape(v, {0, 784}); }), "f32[N, 784]");
  EXPECT_EQ(type_after(x, [](Value v) { return reshape(v, {0, -1}); }), "f32[N, 784]");
  EXPECT_EQ(type_after(x, [](Value v) { return reshape(v, {-1, 784}); }), "f32[N, 784]");
  EXPECT_EQ(type_after(x, [](Value v) { return reshape(v, {-1, 28}); }), "f32[?, 28]");
  EXPECT_EQ(type_after({DType::f32, {"N", "M"}}, [](Value v) { return reshape(v, {-1}); }), "f32[?]");
  EXPECT_EQ(type_after(Type::unranked(DType::f32), [](Value v) { return reshape(v, {0, -1, 3}); }),
            "f32[?, ?, 3]");
}

TEST(Reshape, TakesAShapeValueInWhichZeroIsZero) {
  const Tensor y = run({counting({5, 0}), i64({2}, {0, 7})}, [](auto x) { return reshape(x[0], x[1]); });
  EXPECT_EQ(y.shape(), (Shape{0, 7}));
  Graph g;
  const Value x = g.input("x", {DType::f32, {6}});
  EXPECT_EQ(to_string(reshape(x, g.constant(i64({2}, {2, -1}))).type()), "f32[2, 3]");
  EXPECT_EQ(to_string(reshape(x, g.input("s", {DType::i64, {3}})).type()), "f32[?, ?, ?]");
  EXPECT_EQ(to_string(reshape(x, g.input("t", {DType::i64, {"K"}})).type()), "f32[…]");
}

TEST(Reshape, SaysWhatDoesNotFit) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 3}});
  expect_error([&] { reshape(x, {4, 2}); }, {"reshape", "[2, 3]", "[4, 2]"});
  expect_error([&] { reshape(x, {4, -1}); }, {"6", "4"});
  expect_error([&] { reshape(x, {-1, -1}); }, {"more than one"});
  expect_error([&] { reshape(x, {2, 3, 0}); }, {"copies dimension 2"});
  expect_error([&] { reshape(x, {-2, -3}); }, {"-2"});
  expect_error([&] { reshape(x, {std::int64_t{1} << 40, std::int64_t{1} << 40}); }, {"too large"});
  expect_error([&] { reshape(g.input("e", {DType::f32, {0}}), g.constant(i64({2}, {0, -1}))); },
               {"anything"});
}

TEST(Transpose, PermutesOrReversesTheAxes) {
  const Tensor x = counting({2, 3});
  expect_same(run({x}, [](auto v) { return transpose(v[0]); }), f64({3, 2}, {1, 4, 2, 5, 3, 6}));
  expect_same(run({counting({1, 2, 2})}, [](auto v) { return transpose(v[0], {1, -1, 0}); }),
              f64({2, 2, 1}, {1, 2, 3, 4}));
  EXPECT_EQ(type_after({DType::u8, {"N", 2, 3}}, [](Value v) { return transpose(v, {2, 0, 1}); }),
            "u8[3, N, 2]");
}

TEST(Transpose, SaysWhichPermutationIsNone) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 3}});
  expect_error([&] { transpose(x, {0}); }, {"permutation [0]", "2 axes"});
  expect_error([&] { transpose(x, {0, 0}); }, {"twice"});
  expect_error([&] { transpose(x, {0, 2}); }, {"out of range"});
}

TEST(BroadcastTo, StretchesFromTheRight) {
  expect_same(run({counting({2, 1})}, [](auto x) { return broadcast_to(x[0], {2, -1, 2}); }),
              f64({2, 2, 2}, {1, 1, 2, 2, 1, 1, 2, 2}));
  expect_same(run({counting({}), i64({1}, {3})}, [](auto x) { return broadcast_to(x[0], x[1]); }),
              f64({3}, {1, 1, 1}));
  expect_same(run({counting({1})}, [](auto x) { return broadcast_to(x[0], {0}); }), f64({0}, {}));
}

TEST(BroadcastTo, SaysWhatDoesNotFit) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 3}});
  expect_error([&] { broadcast_to(x, {3, 2}); }, {"[2, 3] does not broadcast to [3, 2]"});
  expect_error([&] { broadcast_to(x, {3}); }, {"does not broadcast"});
  expect_error([&] { broadcast_to(x, {-1, 2, 3}); }, {"not there"});
}

TEST(Shapes, AreValues) {
  expect_same(run({counting({2, 0, 3})}, [](auto x) { return shape_of(x[0]); }), i64({3}, {2, 0, 3}));
  expect_same(run({counting({})}, [](auto x) { return shape_of(x[0]); }), i64({0}, {}));
}

TEST(Shapes, SumToLikeUndoesABroadcast) {
  const Tensor x = counting({2, 3});
  expect_same(run({x, f64({3}, {0, 0, 0})}, [](auto v) { return sum_to_like(v[0], v[1]); }),
              f64({3}, {5, 7, 9}));
  expect_same(run({x, f64({2, 1}, {0, 0})}, [](auto v) { return sum_to_like(v[0], v[1]); }),
              f64({2, 1}, {6, 15}));
  expect_same(run({x, f64({}, {0})}, [](auto v) { return sum_to_like(v[0], v[1]); }), f64({}, {21}));
  expect_same(run({counting({0, 2}), f64({2}, {0, 0})}, [](auto v) { return sum_to_like(v[0], v[1]); }),
              f64({2}, {0, 0}));
}

TEST(Shapes, ExpandLikeStretches) {
  expect_same(run({counting({2, 1}), counting({2, 2})}, [](auto v) { return expand_like(v[0], v[1]); }),
              f64({2, 2}, {1, 1, 2, 2}));
}

TEST(Shapes, LikesMustBroadcast) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 3}});
  const Value y = g.input("y", {DType::f32, {2}});
  expect_error([&] { sum_to_like(x, y); }, {"sum_to_like", "[2] does not broadcast to [2, 3]"});
  expect_error([&] { expand_like(y, x); }, {"expand_like", "[2] does not broadcast to [2, 3]"});
}

}  // namespace
}  // namespace tenon::test
