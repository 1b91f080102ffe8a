// A recipe that goes on from an ONNX model.
#include <gtest/gtest.h>

#include "recipe/build.h"
#include "support/temporary_folder.h"
#include "tenon/onnx.h"
#include "tenon/ops.h"

namespace tenon::recipe {
namespace {

// Of one item: four features to three classes.
void write_model(const std::string& path) {
  Graph graph;
  const Value x = graph.input("features", {DType::f32, {1, 4}});
  const Value hidden = relu(
      linear(x, graph.state("first.w", {DType::f32, {4, 8}}), graph.state("first.b", {DType::f32, {8}})));
  graph.output("scores", softmax(linear(hidden, graph.state("last.w", {DType::f32, {8, 3}}),
                                        graph.state("last.b", {DType::f32, {3}}))));
  export_onnx(graph,
              {{"first.w", Tensor::full(DType::f32, {4, 8}, 0.25)},
               {"first.b", Tensor::full(DType::f32, {8}, 0.5)},
               {"last.w", Tensor::full(DType::f32, {8, 3}, 0.1)},
               {"last.b", Tensor::zeros(DType::f32, {3})}},
              path);
}

// The class says which of two features is larger.
Dataset items() {
  Tensor x = Tensor::empty(DType::f32, {32, 4}), y = Tensor::empty(DType::i64, {32});
  for (std::int64_t i = 0; i < 32; ++i) {
    for (std::int64_t j = 0; j < 4; ++j)
      x.set_number(4 * i + j, static_cast<double>((i * 7 + j * 5) % 11) / 11);
    y.set_number(i, x.number(4 * i) > x.number(4 * i + 1) ? 1 : 0);
  }
  return Dataset({{"x", x}, {"y", y}}, {});
}

const Tensor& weight(const NamedTensors& weights, const std::string& name) { return *find(weights, name); }

TEST(FineTuning, TrainsANewHeadAndLeavesWhatIsFrozen) {
  const TemporaryFolder folder;
  write_model(folder / "model.onnx");
  const Recipe recipe = parse_recipe(cat("data.train = ['a']\nmodel = { onnx = '", folder / "model.onnx",
                                         "', head = 2, freeze = ['first.*'] }\n[train]\nthreads = 1\n"),
                                     "r.toml");
  ASSERT_EQ(layers_of(recipe.model).size(), 1u);
  Trainer trainer = make_trainer(recipe, false);
  const FitReport report = trainer.fit(items(), {.epochs = 3, .batch = 8});
  EXPECT_EQ(report.steps, 12);
  const NamedTensors weights = trainer.weights();
  EXPECT_TRUE(identical(weight(weights, "layers.0.first.w"), Tensor::full(DType::f32, {4, 8}, 0.25)));
  EXPECT_EQ(weight(weights, "layers.0.head.weight").shape(), (Shape{8, 2}));
  EXPECT_EQ(find(weights, "layers.0.last.w"), nullptr);
}

TEST(FineTuning, StandsBeforeTheLayersThatAreListed) {
  const TemporaryFolder folder;
  write_model(folder / "model.onnx");
  Model model;
  model.onnx = folder / "model.onnx";
  model.layers = {"linear 5"};
  const std::vector<NamedLayer> layers = layers_of(model);
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].text, "onnx model.onnx");
  EXPECT_EQ(layers[1].text, "linear 5");
}

}  // namespace
}  // namespace tenon::recipe
