// What stands in front of a program that takes floats, so that it takes pictures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "op/evaluate.h"
#include "support/message_of.h"
#include "tenon/nn.h"

namespace tenon::nn {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Says what it is given, times a state.
Graph echo(const Type& type) {
  Graph program("echo");
  const Value x = program.input("x", type);
  program.output("y", x * program.state("factor", {type.dtype, {}}));
  return program;
}

Tensor run(const Graph& program, const Tensor& x) {
  return evaluate_named(program, {{"x", x}}, {{"factor", Tensor::scalar(1.0f)}}).outputs[0];
}

std::string error_of(const Type& type, const Preparation& preparation) {
  return message_of([&] { with_preparation(echo(type), "x", preparation); });
}

const Type kPictures{DType::f32, {"N", 3, 1, 2}};

TEST(WithPreparation, BytesWithChannelsLastAreTaken) {
  const Graph program = with_preparation(echo(kPictures), "x", {.scale = 1, .layout = Layout::nhwc});
  EXPECT_EQ(to_string(program.type(*program.find_input("x"))), "u8[N, 1, 2, 3]");
  const Tensor y = run(program, Tensor::of<std::uint8_t>({1, 1, 2, 3}, {1, 2, 3, 11, 12, 13}));
  EXPECT_EQ(y.shape(), (Shape{1, 3, 1, 2}));
  EXPECT_THAT(y.as<float>(), ElementsAre(1, 11, 2, 12, 3, 13));
}

TEST(WithPreparation, ChannelsAreSwappedBeforeTheyAreNormalised) {
  const Preparation preparation{
      .scale = 1, .mean = {30, 20, 10}, .layout = Layout::nhwc, .swap_channels = true};
  const Tensor y = run(with_preparation(echo(kPictures), "x", preparation),
                       Tensor::of<std::uint8_t>({1, 1, 2, 3}, {10, 20, 30, 11, 22, 33}));
  EXPECT_THAT(y.as<float>(), ElementsAre(0, 3, 0, 2, 0, 1));
}

TEST(WithPreparation, OneChannelNeedsNoAxis) {
  const Graph program =
      with_preparation(echo({DType::f32, {1, 1, 2, 2}}), "x", {.scale = 1, .layout = Layout::nhw});
  EXPECT_EQ(to_string(program.type(*program.find_input("x"))), "u8[1, 2, 2]");
  const Tensor y = run(program, Tensor::of<std::uint8_t>({1, 2, 2}, {1, 2, 3, 255}));
  EXPECT_THAT(y.as<float>(), ElementsAre(1, 2, 3, 255));
}

TEST(WithPreparation, OtherInputsAndNamesStay) {
  Graph program("two");
  const Value a = program.input("a", {DType::f32, {"N"}});
  program.output("sum", a + program.input("b", {DType::f32, {"N"}}));
  const Graph prepared = with_preparation(program, "b", {.scale = 2});
  EXPECT_EQ(prepared.inputs().size(), 2u);
  EXPECT_EQ(to_string(prepared.type(*prepared.find_input("a"))), "f32[N]");
  EXPECT_EQ(prepared.outputs()[0].name, "sum");
  const Evaluation run = evaluate_named(
      prepared, {{"a", Tensor::of<float>({1}, {0.5f})}, {"b", Tensor::of<std::uint8_t>({1}, {3})}});
  EXPECT_EQ(run.outputs[0].number(), 6.5);
}

TEST(WithPreparation, HalfFloatsComeOutAsTheProgramTakesThem) {
  const Graph program = with_preparation(echo({DType::f16, {"N"}}), "x", {});
  const Tensor y = evaluate_named(program, {{"x", Tensor::of<std::uint8_t>({1}, {255})}},
                                  {{"factor", Tensor::full(DType::f16, {}, 1)}})
                       .outputs[0];
  EXPECT_EQ(y.dtype(), DType::f16);
  EXPECT_EQ(y.number(), 1);
}

TEST(WithPreparation, SaysWhatDoesNotFit) {
  EXPECT_EQ(message_of([] { with_preparation(echo(kPictures), "z", {}); }),
            "there is no input 'z' to prepare");
  EXPECT_THAT(error_of({DType::u8, {"N"}}, {}), HasSubstr("takes what is raw already"));
  EXPECT_THAT(error_of({DType::f32, {"N", 4}}, {.layout = Layout::nhwc}),
              HasSubstr("pictures need its axes"));
  EXPECT_THAT(error_of(kPictures, {.layout = Layout::nhw}), HasSubstr("is of one channel"));
  EXPECT_THAT(error_of({DType::f32, {"N", 1, 2, 2}}, {.mean = {1, 2, 3}}),
              HasSubstr("one mean and one deviation for each of its channels"));
}

}  // namespace
}  // namespace tenon::nn
