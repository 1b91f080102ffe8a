// Quantised tensors beyond one scale for all, and the functions of them.
#include "onnx/close_to.h"
#include "onnx/model_writer.h"
#include "support/message_of.h"

namespace tenon::onnx_models {

namespace {
template <class T>
Tensor of(Shape shape, std::initializer_list<int> values) {
  std::vector<T> elements;
  for (const int value : values) elements.push_back(static_cast<T>(value));
  return Tensor::of<T>(std::move(shape), std::span<const T>(elements));
}
Tensor bytes(Shape shape, std::initializer_list<int> values) {
  return of<std::uint8_t>(std::move(shape), values);
}
Tensor number(float value) { return Tensor::scalar(value); }
Tensor zero(int value) { return bytes({}, {value}); }

OneNode contrib(const std::string& op, std::vector<Attribute> attributes = {}) {
  return {op, std::move(attributes), 17, "com.microsoft"};
}

TEST(OnnxQuantised, RoundsHalfToEvenAndSaturates) {
  const auto y =
      run(OneNode{"QuantizeLinear"}, {floats({6}, {-1000, 1, 3, 5, 253, 1000}), number(2), zero(128)});
  EXPECT_TRUE(identical(y.at(0), bytes({6}, {0, 128, 130, 130, 254, 255})));
}

TEST(OnnxQuantised, BlocksHaveScalesOfTheirOwn) {
  const OneNode node{"DequantizeLinear", {{"axis", std::int64_t{1}}, {"block_size", std::int64_t{2}}}, 21};
  const auto y = run(node, {of<std::int8_t>({2, 3}, {1, 2, 3, 4, 5, 6}), floats({2, 2}, {1, 10, 2, 20})});
  expect_close(y.at(0), floats({2, 3}, {1, 2, 30, 8, 10, 120}));
}

TEST(OnnxQuantised, WhatIsQuantisedIsWithinHalfAStep) {
  const Tensor x = waves({4, 6});
  const Tensor scale = floats({6}, {0.01F, 0.02F, 0.03F, 0.04F, 0.05F, 0.06F});
  const auto q = run(OneNode{"QuantizeLinear"}, {x, scale, of<std::int8_t>({6}, {0, 1, 2, 3, 4, 5})});
  const auto y = run(OneNode{"DequantizeLinear"}, {q.at(0), scale, of<std::int8_t>({6}, {0, 1, 2, 3, 4, 5})});
  for (std::int64_t i = 0; i < x.size(); ++i)
    EXPECT_LE(std::abs(y[0].number(i) - x.number(i)), scale.number(i % 6) * 0.5001);
}

TEST(OnnxQuantised, SumsOfProductsAreExactBeyondFloats) {
  constexpr std::int64_t kTerms = 20001;
  const auto y = run(OneNode{"MatMulInteger"}, {Tensor::full(DType::u8, {1, kTerms}, 255),
                                                Tensor::full(DType::u8, {kTerms, 1}, 255), zero(0), zero(1)});
  EXPECT_TRUE(identical(y.at(0), of<std::int32_t>({1, 1}, {255 * 254 * kTerms})));
}

TEST(OnnxQuantised, PaddingIsTheZeroPoint) {
  const auto y = run(OneNode{"ConvInteger", {{"pads", Ints{1, 1}}}},
                     {bytes({1, 1, 2}, {5, 7}), bytes({1, 1, 3}, {1, 1, 1}), zero(5)});
  EXPECT_TRUE(identical(y.at(0), of<std::int32_t>({1, 1, 2}, {2, 2})));
}

TEST(OnnxQuantised, FunctionsActOnTheNumbers) {
  const std::vector<Tensor> sum{bytes({2}, {10, 20}), number(1), zero(0),   bytes({2}, {1, 2}),
                                number(10),           zero(0),   number(2), zero(3)};
  EXPECT_TRUE(identical(run(contrib("QLinearAdd"), sum).at(0), bytes({2}, {13, 23})));
  EXPECT_TRUE(identical(run(contrib("QLinearMul"), sum).at(0), bytes({2}, {53, 203})));
  const std::vector<Tensor> one{bytes({2}, {0, 20}), number(1), zero(10), number(1), zero(100)};
  EXPECT_TRUE(
      identical(run(contrib("QLinearLeakyRelu", {{"alpha", 0.5}}), one).at(0), bytes({2}, {95, 110})));
}

TEST(OnnxQuantised, JoinedPartsTakeTheScaleOfTheResult) {
  const auto y =
      run(contrib("QLinearConcat", {{"axis", std::int64_t{0}}}),
          {number(1), zero(0), bytes({1}, {4}), number(2), zero(0), bytes({1}, {9}), number(1), zero(4)});
  EXPECT_TRUE(identical(y.at(0), bytes({2}, {8, 5})));
}

TEST(OnnxQuantised, APoolAveragesTheNumbersOfTheLastAxisToo) {
  const auto y = run(contrib("QLinearGlobalAveragePool", {{"channels_last", std::int64_t{1}}}),
                     {bytes({1, 2, 1, 2}, {10, 20, 30, 60}), number(1), zero(0), number(2), zero(0)});
  EXPECT_TRUE(identical(y.at(0), bytes({1, 1, 1, 2}, {10, 20})));
}

TEST(OnnxQuantised, AProductWithoutAScaleOfItsOwnIsANumber) {
  const auto y = run(contrib("QGemm", {{"transB", std::int64_t{1}}, {"alpha", 2.0}}),
                     {bytes({1, 2}, {3, 4}), number(0.5F), zero(1), of<std::int8_t>({2, 2}, {1, 2, 3, 4}),
                      floats({2}, {1, 10}), of<std::int8_t>({2}, {0, 1}), of<std::int32_t>({2}, {8, 0})});
  expect_close(y.at(0), floats({1, 2}, {16, 130}));
}

TEST(OnnxQuantised, ResultsOfFourBitsAreRefused) {
  const std::int64_t int4 = 22;
  const auto why = message_of([=] { run(OneNode{"Cast", {{"to", int4}}, 21}, {floats({1}, {9})}); });
  EXPECT_NE(why.find("int4 is supported in what the model holds, not for results"), std::string::npos);
}
}  // namespace

}  // namespace tenon::onnx_models
