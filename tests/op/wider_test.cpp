// Products that are summed into a wider type than that of their operands.
#include "op/gradient_check.h"
#include "tenon/gradient.h"

namespace tenon::test {
namespace {

constexpr MatmulOptions kIntoF32{.result = DType::f32};
constexpr MatmulOptions kIntoI32{.result = DType::i32};

TEST(WiderMatmul, SumsHalvesIntoF32) {
  const Tensor a = Tensor::of<float>({1, 2}, {1.0f, 0.0078125f});
  for (const DType half : {DType::bf16, DType::f16}) {
    const Tensor y = run({a.cast(half), a.cast(half)}, [](auto x) {
      return matmul(x[0], x[1], {.transpose_b = true, .result = DType::f32});
    });
    expect_same(y, f32({1, 1}, {1.00006103515625f}));  // in bf16 it is 1
  }
}

TEST(WiderMatmul, SumsBytesOfBothKindsIntoI32) {
  const Tensor u = Tensor::of<std::uint8_t>({1, 2}, {255, 200});
  const Tensor i = Tensor::of<std::int8_t>({2, 1}, {-128, 127});
  expect_same(run({u, i}, [](auto x) { return matmul(x[0], x[1], kIntoI32); }),
              Tensor::of<std::int32_t>({1, 1}, {-7240}));
  expect_same(run({i, u}, [](auto x) { return matmul(x[0], x[1], kIntoI32); }),
              Tensor::of<std::int32_t>({2, 2}, {-32640, -25600, 32385, 25400}));
}

TEST(WiderMatmul, MayNameTheOperandsType) {
  const Tensor x = f32({1, 1}, {3});
  expect_same(run({x, x}, [](auto v) { return matmul(v[0], v[1], kIntoF32); }), f32({1, 1}, {9}));
}

TEST(WiderMatmul, SaysWhatIsNotSummedIntoWhat) {
  Graph g;
  const Value f = g.input("f", {DType::f32, {2, 2}});
  const Value b = g.input("b", {DType::bf16, {2, 2}});
  const Value h = g.input("h", {DType::f16, {2, 2}});
  const Value u = g.input("u", {DType::u8, {2, 2}});
  const Value t = g.input("t", {DType::boolean, {2, 2}});
  expect_error([&] { matmul(b, h, kIntoF32); }, {"bf16 and f16 are not summed into f32", "u8 and i8"});
  expect_error([&] { matmul(b, f, kIntoF32); }, {"bf16 and f32 are not summed into f32"});
  expect_error([&] { matmul(f, f, {.result = DType::bf16}); }, {"f32 and f32 are not summed into bf16"});
  expect_error([&] { matmul(u, b, kIntoI32); }, {"u8 and bf16 are not summed into i32"});
  expect_error([&] { matmul(u, u, kIntoF32); }, {"u8 and u8 are not summed into f32"});
  expect_error([&] { matmul(t, t, {.result = DType::boolean}); }, {"bool and bool"});
}

TEST(WiderConv, SumsBytesIntoI32) {
  const Tensor x = Tensor::of<std::uint8_t>({1, 1, 3}, {255, 254, 253});
  const Tensor w = Tensor::of<std::int8_t>({1, 1, 2}, {-128, 127});
  const Tensor y = run({x, w}, [](auto v) {
    return conv(v[0], v[1], {.pads_low = {1}, .pads_high = {0}, .result = DType::i32});
  });
  expect_same(y, Tensor::of<std::int32_t>({1, 1, 3}, {32385, -382, -381}));
}

TEST(WiderConv, SumsHalvesIntoF32) {
  const Tensor x = f32({1, 2, 1}, {1.0f, 0.0078125f}).cast(DType::bf16);
  expect_same(run({x, x}, [](auto v) { return conv(v[0], v[1], {.result = DType::f32}); }),
              f32({1, 1, 1}, {1.00006103515625f}));
}

TEST(WiderConv, SaysWhatIsNotSummedIntoWhat) {
  Graph g;
  const Value x = g.input("x", {DType::bf16, {1, 1, 3}});
  const Value w = g.input("w", {DType::f16, {1, 1, 3}});
  expect_error([&] { conv(x, w, {.result = DType::f32}); }, {"conv", "bf16 and f16 are not summed into f32"});
  expect_error([&] { conv(x, w); }, {"one numeric element type"});
}

// The gradients of a product in the result's type, rounded to the operands'.
void expect_gradients_of_casts(const Shape& a, const Shape& b, const std::function<Value(Value, Value)>& wide,
                               const std::function<Value(Value, Value)>& narrow) {
  const auto gradients = [&](const std::function<Value(Value, Value)>& product, bool casts) {
    Graph g;
    const std::vector<Value> x = {g.input("a", {DType::bf16, {a.begin(), a.end()}}),
                                  g.input("b", {DType::bf16, {b.begin(), b.end()}})};
    const Value y = casts ? product(cast(x[0], DType::f32), cast(x[1], DType::f32)) : product(x[0], x[1]);
    const std::vector<Value> loss = {reduce_sum(y * y)};
    for (const Value& grad : gradient(loss, x)) g.output("", grad);
    return evaluate(g, {counting(a, DType::bf16), counting(b, DType::bf16)}).outputs;
  };
  const std::vector<Tensor> right = gradients(wide, true);
  const std::vector<Tensor> got = gradients(narrow, false);
  ASSERT_EQ(got.size(), 2u);
  for (std::size_t i = 0; i < got.size(); ++i) expect_same(got[i], right[i]);
}

TEST(WiderMatmul, HasTheGradientOfTheProductOfCasts) {
  expect_gradients_of_casts(
      {2, 3, 4}, {4, 5}, [](Value a, Value b) { return matmul(a, b); },
      [](Value a, Value b) { return matmul(a, b, kIntoF32); });
}

TEST(WiderConv, HasTheGradientOfTheConvolutionOfCasts) {
  expect_gradients_of_casts(
      {1, 2, 4, 4}, {3, 2, 2, 2}, [](Value x, Value w) { return conv(x, w); },
      [](Value x, Value w) { return conv(x, w, {.result = DType::f32}); });
}

TEST(WiderMatmul, IsReadAndPrinted) {
  constexpr std::string_view kText = R"(graph g(a: u8[2, 3], b: i8[3, 4]) {
  %2 = matmul(%a, %b) {result = i32}
  return y = %2
})";
  EXPECT_NE(print(parse(kText)).find("{result = i32}"), std::string::npos) << print(parse(kText));
}

}  // namespace
}  // namespace tenon::test
