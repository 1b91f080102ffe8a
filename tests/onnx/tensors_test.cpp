// Elements in all the encodings that ONNX has for them.
#include "onnx/tensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "onnx/model_writer.h"
#include "support/message_of.h"

namespace tenon::onnx_models {

namespace {
using testing::HasSubstr;

std::int64_t number_of(ElementType type) { return static_cast<std::int64_t>(type); }

// The tensor as the program of a model holds it that returns it.
Tensor decoded(TensorFields fields) {
  fields.name = "w";
  const Model model{
      .graph = {.nodes = {{"Identity", {"w"}, {"y"}}}, .outputs = {{"y"}}, .initialisers = {fields}}};
  return run(model, {}).at(0);
}

std::string refusal(const TensorFields& fields) {
  return message_of([&] { decoded(fields); });
}

std::string bytes_of(const Tensor& tensor) { return *raw_fields("", tensor).raw; }

TEST(OnnxTensors, RawElementsOfEachType) {
  for (const DType dtype : kAllDTypes) {
    const Tensor tensor = Tensor::of<double>({3}, {0, 1, 1}).cast(dtype);
    EXPECT_TRUE(identical(decoded(raw_fields("w", tensor)), tensor)) << name_of(dtype);
  }
}

TEST(OnnxTensors, AnyPlaceInTheFileWillDo) {
  const Tensor tensor = Tensor::of<double>({2}, {1.5, -2.5});
  for (std::size_t length = 0; length < 8; ++length) {
    TensorFields padded = raw_fields("w", tensor);
    padded.texts = {std::string(length, 'x')};  // shifts what follows
    EXPECT_TRUE(identical(decoded(padded), tensor)) << length;
  }
}

TEST(OnnxTensors, ListsOfNumbers) {
  EXPECT_TRUE(identical(decoded({.shape = {2}, .floats = {1.5F, -2}}), Tensor::of<float>({2}, {1.5F, -2})));
  EXPECT_TRUE(identical(decoded({.type = number_of(ElementType::f64), .shape = {1}, .doubles = {0.1}}),
                        Tensor::of<double>({1}, {0.1})));
  EXPECT_TRUE(
      identical(decoded({.type = number_of(ElementType::i64), .shape = {2}, .int64s = {-1, 1LL << 40}}),
                Tensor::of<std::int64_t>({2}, {-1, 1LL << 40})));
  EXPECT_TRUE(identical(decoded({.type = number_of(ElementType::u64), .shape = {1}, .uint64s = {-1}}),
                        Tensor::of<std::uint64_t>({1}, {~0ULL})));
  EXPECT_TRUE(identical(decoded({.type = number_of(ElementType::u32), .shape = {1}, .uint64s = {0xffffffff}}),
                        Tensor::of<std::uint32_t>({1}, {0xffffffff})));
  EXPECT_TRUE(identical(decoded({.type = number_of(ElementType::i8), .shape = {2}, .int32s = {-128, 127}}),
                        Tensor::of<std::int8_t>({2}, {-128, 127})));
  EXPECT_TRUE(identical(decoded({.type = number_of(ElementType::boolean), .shape = {3}, .int32s = {0, 1, 7}}),
                        Tensor::of<bool>({3}, {false, true, true})));
}

TEST(OnnxTensors, SixteenBitFloatsAreListedByTheirBits) {
  EXPECT_EQ(decoded({.type = number_of(ElementType::f16), .shape = {1}, .int32s = {0x3c00}}).number(), 1);
  EXPECT_EQ(decoded({.type = number_of(ElementType::bf16), .shape = {1}, .int32s = {0xc000}}).number(), -2);
}

TEST(OnnxTensors, FourBitsAElementBecomeAByte) {
  const std::string packed{'\x2f', '\x08'};
  EXPECT_TRUE(identical(decoded({.type = number_of(ElementType::u4), .shape = {3}, .raw = packed}),
                        Tensor::of<std::uint8_t>({3}, {15, 2, 8})));
  EXPECT_TRUE(identical(decoded({.type = number_of(ElementType::i4), .shape = {3}, .raw = packed}),
                        Tensor::of<std::int8_t>({3}, {-1, 2, -8})));
  EXPECT_TRUE(identical(decoded({.type = number_of(ElementType::i4), .shape = {3}, .int32s = {0x2f, 0x08}}),
                        Tensor::of<std::int8_t>({3}, {-1, 2, -8})));
}

TEST(OnnxTensors, ScalarsAndEmptyTensors) {
  EXPECT_TRUE(identical(decoded({.floats = {3}}), Tensor::scalar<float>(3)));
  EXPECT_TRUE(identical(decoded({.shape = {0, 4}}), Tensor::zeros(DType::f32, {0, 4})));
  EXPECT_TRUE(identical(decoded({.shape = {0, 4}, .raw = ""}), Tensor::zeros(DType::f32, {0, 4})));
}

TEST(OnnxTensors, RefusesAnotherNumberOfElementsThanTheShapeHas) {
  EXPECT_THAT(refusal({.shape = {3}, .floats = {1, 2}}), HasSubstr("tensor 'w' of shape [3] has 2 elements"));
  EXPECT_THAT(refusal({.shape = {3}, .raw = "12345678"}), HasSubstr("needs 12 bytes, and there are 8"));
  EXPECT_THAT(refusal({.shape = {3}}), HasSubstr("has 0 elements"));
  EXPECT_THAT(refusal({.type = number_of(ElementType::i4), .shape = {3}, .raw = "123"}),
              HasSubstr("3 elements of 4 bits has 3 bytes"));
}

TEST(OnnxTensors, RefusesShapesThatLie) {
  EXPECT_THAT(refusal({.shape = {-2}, .floats = {1, 2}}), HasSubstr("a tensor's dimension is -2"));
  EXPECT_THAT(refusal({.shape = {1LL << 40, 1LL << 40}}), HasSubstr("beyond all memory"));
  EXPECT_THAT(refusal({.shape = {1LL << 40}}), HasSubstr("has 0 elements"));
}

TEST(OnnxTensors, RefusesTypesThatAreNotHere) {
  EXPECT_THAT(refusal({.type = number_of(ElementType::string), .shape = {1}, .texts = {"a"}}),
              HasSubstr("tensor 'w' is of string, which is not supported"));
  EXPECT_THAT(refusal({.type = 99, .shape = {1}}), HasSubstr("element type 99"));
}

TEST(OnnxTensors, RefusesBooleansThatAreNeitherTrueNorFalse) {
  EXPECT_NE(refusal({.type = number_of(ElementType::boolean), .shape = {1}, .raw = "\x02"}), "no error");
}

TEST(OnnxTensors, AnErrorSaysTheFile) {
  EXPECT_THAT(refusal({.shape = {3}, .raw = bytes_of(Tensor::zeros(DType::f32, {2}))}),
              HasSubstr("'test.onnx'"));
}
}  // namespace

}  // namespace tenon::onnx_models
