#include "recipe/layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recipe/build.h"
#include "support/message_of.h"

namespace tenon::recipe {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string error_of(const std::string& layer) {
  return message_of([&] { check_layer(layer); });
}

TEST(Layers, SayWhatTheyTake) {
  EXPECT_EQ(error_of(""), "a layer has a name; this one is empty");
  EXPECT_EQ(error_of("linear"), "layer 'linear': expected 'linear OUT'");
  EXPECT_EQ(error_of("relu 3"), "layer 'relu 3': expected 'relu'");
  EXPECT_EQ(error_of("linear 2x"), "layer 'linear 2x': expected a whole number, found '2x'");
  EXPECT_EQ(error_of("linear 2.5"), "layer 'linear 2.5': expected a whole number, found '2.5'");
  EXPECT_EQ(error_of("linear 0"), "layer 'linear 0': expected at least 1, found 0");
}

TEST(Layers, OptionalArgumentsMayBeLeftOut) {
  EXPECT_EQ(error_of("leaky_relu"), "no error");
  EXPECT_EQ(error_of("  leaky_relu   0.2 "), "no error");
}

TEST(Layers, DropoutTakesARate) {
  EXPECT_EQ(error_of("dropout"), "no error");
  EXPECT_EQ(error_of("dropout 1"), "layer 'dropout 1': expected a rate from 0 to below 1, found 1");
  EXPECT_EQ(error_of("dropout -nan"), "layer 'dropout -nan': expected a rate from 0 to below 1, found -nan");
}

TEST(Layers, DropoutIsOfTrainingAlone) {
  const auto program_of = [](bool training) {
    Graph graph;
    nn::Context context(graph, training);
    graph.output("y", make_layer("dropout 0.25")(context, graph.input("x", {DType::f32, {2, 3}})));
    return print(graph);
  };
  EXPECT_THAT(program_of(true), HasSubstr("rate = 0.25"));
  EXPECT_THAT(program_of(false), Not(HasSubstr("dropout")));
}

TEST(Layers, TakeOptionsByName) {
  EXPECT_EQ(error_of("conv 8 3 same stride 2"), "no error");
  EXPECT_EQ(error_of("maxpool 2 padding 0"), "no error");
  EXPECT_EQ(error_of("conv 8 3 strid 2"),
            "layer 'conv 8 3 strid 2': there is no option 'strid'; did you mean 'stride'?");
  EXPECT_EQ(error_of("conv 8 3 stride"), "layer 'conv 8 3 stride': expected one number behind 'stride'");
  EXPECT_EQ(error_of("relu same"), "layer 'relu same': there is no option 'same'");
}

TEST(Layers, MakeAConvolutionalModel) {
  const Recipe recipe = parse_recipe(
      "data.train = ['a', 'b']\nmodel.layers = ['reshape 1 6 6', 'conv 4 3 same stride 2', 'relu', 'maxpool "
      "2', "
      "'flatten', 'linear 2']\n",
      "r.toml");
  const Dataset data({{"x", Tensor::zeros(DType::u8, {3, 6, 6})}, {"y", Tensor::zeros(DType::u8, {3})}});
  const std::vector<LayerRow> rows = model_table(recipe, data);
  EXPECT_EQ(rows[2].output.shape(), (Shape{1, 4, 3, 3}));
  EXPECT_EQ(rows[2].parameters, 4 * 9 + 4);
  EXPECT_EQ(rows[2].flops, 2 * 4 * 9 * 9 + 4 * 9);
  EXPECT_EQ(rows[4].output.shape(), (Shape{1, 4, 1, 1}));
}

TEST(ModelTable, CountsShapesParametersAndWork) {
  const Recipe recipe = parse_recipe(
      "data.train = ['a', 'b']\nmodel.layers = ['flatten', 'linear 10', 'relu', 'layernorm']\n", "r.toml");
  const Dataset data({{"x", Tensor::zeros(DType::u8, {3, 4, 5})}, {"y", Tensor::zeros(DType::u8, {3})}});
  const std::vector<LayerRow> rows = model_table(recipe, data);
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[0].layer, "(preparation)");
  EXPECT_EQ(rows[1].output.shape(), (Shape{1, 20}));
  EXPECT_EQ(rows[2].parameters, 20 * 10 + 10);
  EXPECT_EQ(rows[2].flops, 2 * 20 * 10);
  EXPECT_EQ(rows[3].parameters, 0);
  EXPECT_EQ(rows[3].flops, 10);
  EXPECT_EQ(rows[4].parameters, 20);
}

}  // namespace
}  // namespace tenon::recipe
