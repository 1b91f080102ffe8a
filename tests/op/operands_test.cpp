// Ops whose attributes are given as inputs: the same answers and gradients as with the attributes.
#include "op/gradient_check.h"
#include "support/message_of.h"
#include "tenon/op.h"

namespace tenon::test {
namespace {

using Values = std::vector<Value>;

TEST(Operands, SliceAsAttributesDo) {
  const Tensor x = counting({3, 4});
  expect_same(run({x, i64({2}, {-2, 3}), i64({2}, {9, 0}), i64({2}, {1, -2})},
                  [](const Values& v) { return slice(v[0], v[1], v[2], {0, 1}, v[3]); }),
              f64({2, 2}, {8, 6, 12, 10}));
  expect_same(run({x, i64({1}, {1}), i64({1}, {2})}, [](const Values& v) { return slice(v[0], v[1], v[2]); }),
              f64({1, 4}, {5, 6, 7, 8}));
}

TEST(Operands, PadAndCrop) {
  expect_same(run({counting({2, 2}), i64({2}, {1, -1}), i64({2}, {0, 1})},
                  [](const Values& v) { return pad(v[0], v[1], v[2], "constant", 9); }),
              f64({3, 2}, {9, 9, 2, 9, 4, 9}));
}

TEST(Operands, SayHowManyAreTaken) {
  const auto k_of = [](Value k) {
    return run({f64({4}, {3, 1, 4, 2}), k.type().rank() ? i64({1}, {2}) : i64({}, {2})},
               [](const Values& v) { return top_k(v[0], v[1]).values; });
  };
  Graph g;
  expect_same(k_of(g.input("a", {DType::i64, {}})), f64({2}, {4, 3}));
  expect_same(k_of(g.input("b", {DType::i64, {1}})), f64({2}, {4, 3}));
}

TEST(Operands, NameAxes) {
  const Tensor x = counting({2, 3});
  const Tensor axis = i64({1}, {1});
  const auto with = [&](const Tensor& axes, auto function) {
    return run({x, axes}, [&](const Values& v) { return function(v[0], v[1]); });
  };
  expect_same(with(axis, [](Value v, Value a) { return reduce_sum(v, a); }), f64({2}, {6, 15}));
  expect_same(with(axis, [](Value v, Value a) { return reduce_max(v, a, true); }), f64({2, 1}, {3, 6}));
  expect_same(with(i64({0}, {}), [](Value v, Value a) { return reduce_mean(v, a); }), f64({}, {3.5}));
  expect_same(with(axis, [](Value v, Value a) { return cumsum(v, a); }), f64({2, 3}, {1, 3, 6, 4, 9, 15}));
}

TEST(Operands, MakeShapes) {
  expect_same(run({counting({4}), i64({2}, {2, -1})}, [](const Values& v) { return reshape(v[0], v[1]); }),
              f64({2, 2}, {1, 2, 3, 4}));
  expect_same(run({counting({2, 2}), i64({2}, {-1, 0})},
                  [](const Values& v) { return reshape(transpose(v[0]), v[1], true); }),
              f64({2, 2}, {1, 3, 2, 4}));
  expect_same(
      run({i64({2}, {1, 0}), i64({}, {3})}, [](const Values& v) { return one_hot(v[0], v[1], DType::f64); }),
      f64({2, 3}, {0, 1, 0, 1, 0, 0}));
}

TEST(Operands, HaveTypesBeforeTheirValuesAreKnown) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, "N", 4}});
  const Value one = g.input("one", {DType::i64, {1}});
  const Value some = g.input("some", {DType::i64, {Dim::unknown()}});
  const auto type = [](Value value) { return to_string(value.type()); };
  EXPECT_EQ(type(slice(x, one, one, {1})), "f32[2, ?, 4]");
  EXPECT_EQ(type(slice(x, one, one)), "f32[?, N, 4]");
  EXPECT_EQ(type(slice(x, some, some)), "f32[?, ?, ?]");
  EXPECT_EQ(type(pad(x, some, some)), "f32[?, ?, ?]");
  EXPECT_EQ(type(top_k(x, one).values), "f32[2, N, ?]");
  EXPECT_EQ(type(reduce_sum(x, one)), "f32[?, ?]");
  EXPECT_EQ(type(reduce_sum(x, some, true)), "f32[?, ?, ?]");
  EXPECT_EQ(type(reduce_sum(x, some)), "f32[…]");
  EXPECT_EQ(type(cumsum(x, one)), "f32[2, N, 4]");
  EXPECT_EQ(type(reshape(x, one)), "f32[?]");
}

TEST(Operands, AreAttributesWhereTheyAreConstants) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 3}});
  const Value y = slice(x, g.constant(i64({1}, {1})), g.constant(i64({1}, {3})), {1});
  EXPECT_EQ(to_string(y.type()), "f32[2, 2]");
  EXPECT_EQ(g.node(y.ref()).inputs.size(), 1u);
  EXPECT_EQ(g.node(y.ref()).attrs.ints("ends"), Ints{3});
}

TEST(Operands, HaveNoGradientAndLeaveTheOthersTheirs) {
  const Tensor x = scattered({3, 4});
  const auto check = [&](const std::vector<Tensor>& operands, auto function) {
    std::vector<Tensor> inputs = {x};
    inputs.insert(inputs.end(), operands.begin(), operands.end());
    expect_gradients(inputs, function);
  };
  check({i64({2}, {2, 1}), i64({2}, {-9, 4}), i64({2}, {-1, 2})},
        [](const Values& v) { return slice(v[0], v[1], v[2], {0, 1}, v[3]); });
  check({i64({2}, {1, -1}), i64({2}, {0, 2})}, [](const Values& v) { return pad(v[0], v[1], v[2]); });
  check({i64({}, {2})}, [](const Values& v) { return top_k(v[0], v[1]).values; });
  check({i64({1}, {1})}, [](const Values& v) { return cumsum(v[0], v[1]); });
  check({i64({2}, {2, 6})}, [](const Values& v) { return reshape(v[0], v[1]); });
  for (const bool keep : {false, true}) {
    check({i64({1}, {1})}, [&](const Values& v) { return reduce_sum(v[0], v[1], keep); });
    check({i64({1}, {0})}, [&](const Values& v) { return reduce_mean(v[0], v[1], keep); });
    check({i64({0}, {})}, [&](const Values& v) { return reduce_max(v[0], v[1], keep); });
    check({i64({1}, {-1})}, [&](const Values& v) { return reduce_prod(v[0], v[1], keep); });
  }
}

TEST(Operands, OfPadHaveAGradientInOneModeOnly) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {3}});
  const Value n = g.input("n", {DType::i64, {1}});
  const Value loss = reduce_sum(pad(x, n, n, "edge"));
  expect_error([&] { gradient(std::vector{loss}, std::vector{x}); }, {"only in the mode constant, not edge"});
}

TEST(Operands, AreRefusedWhereTheyCannotBe) {
  Graph g;
  const Value x = g.input("x", {DType::f32, {2, 3}});
  const Value floats = g.input("floats", {DType::f32, {1}});
  const Value two = g.input("two", {DType::i64, {2}});
  expect_error([&] { reduce_sum(x, floats); }, {"reduce_sum", "'axes' must be a vector of i64, not f32[1]"});
  expect_error([&] { cumsum(x, two); }, {"cumsum", "'axis' must be one i64 number, not i64[2]"});
  expect_error([&] { g.emit(Op::cumsum, std::vector{x, two}, {{"axis", std::int64_t{1}}}); },
               {"'axis' is given twice"});
  expect_error([&] { g.emit(Op::slice, std::vector{x, two}, {}); }, {"slice: 2 inputs, but it takes 1"});
}

TEST(Operands, OfAnOpOfTheUsersMustBeAttributes) {
  OpDef def;
  def.name = "operands_test_op";
  def.infer = def.infer_open = [](const TypeContext& c) { return std::vector<Type>{c.inputs[0]}; };
  def.kernel = [](const KernelContext& c) { return std::vector<Tensor>{c.inputs[0]}; };
  def.operands = {"count"};
  expect_error([&] { register_op(def); }, {"the operand 'count' must be an attribute"});
}

}  // namespace
}  // namespace tenon::test
