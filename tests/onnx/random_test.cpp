// Random numbers: what repeats, what does not, and how they are spread.
#include "onnx/close_to.h"
#include "onnx/model_writer.h"
#include "tenon/engine.h"

namespace tenon::onnx_models {

namespace {
Engine engine_of(const OneNode& node, const Tensor& like) {
  OnnxModel model = import(model_of(node, {like}));
  return {model.program, std::move(model.weights)};
}

TEST(OnnxRandom, WithASeedEveryEngineDrawsTheSameRunByRun) {
  const Tensor like = Tensor::zeros(DType::f32, {100});
  const OneNode node{"RandomNormalLike", {{"seed", 3.0}}};
  const Engine one = engine_of(node, like), other = engine_of(node, like);
  const Tensor first = one.run(like), second = one.run(like);
  EXPECT_FALSE(identical(first, second));
  EXPECT_TRUE(identical(other.run(like), first));
  EXPECT_TRUE(identical(other.run(like), second));
}

TEST(OnnxRandom, WithoutASeedNoTwoRunsDrawTheSame) {
  const Tensor like = Tensor::zeros(DType::f32, {100});
  const OneNode node{"RandomNormalLike"};
  const Engine one = engine_of(node, like);
  const Tensor first = one.run(like);
  EXPECT_FALSE(identical(one.run(like), first));
  EXPECT_FALSE(identical(engine_of(node, like).run(like), first));
}

TEST(OnnxRandom, SessionsDrawOthersInEachRunToo) {
  const Engine engine = engine_of({"RandomNormalLike"}, Tensor::zeros(DType::f32, {100}));
  EngineSession session = engine.session({{"x0", {100}}});
  session.run();
  const Tensor first = session.output("y0").clone();
  session.run();
  EXPECT_FALSE(identical(session.output("y0"), first));
  session.bind_input(kRandomKeyInput, Tensor::of<std::uint64_t>({2}, {1, 2}));
  session.run();
  const Tensor chosen = session.output("y0").clone();
  session.run();
  EXPECT_TRUE(identical(session.output("y0"), chosen));
}

TEST(OnnxRandom, TheKeyCanBeGivenAndIsNoInputThatMustBe) {
  const Tensor like = Tensor::zeros(DType::f32, {100});
  const Engine engine = engine_of({"RandomNormalLike"}, like);
  ASSERT_EQ(engine.inputs().size(), 1u);
  const NamedTensors given{{"x0", like},
                           {std::string(kRandomKeyInput), Tensor::of<std::uint64_t>({2}, {1, 2})}};
  EXPECT_TRUE(identical(engine.run(given)[0].second, engine.run(given)[0].second));
  EXPECT_EQ(engine.verify({{"x0", like}}).outputs.at(0).absolute, 0);
}

TEST(OnnxRandom, TurnsOfALoopDrawDifferently) {
  const Graph body{.nodes = {{"RandomUniformLike", {"x"}, {"drawn"}},
                             {"Identity", {"c"}, {"on"}},
                             {"Identity", {"x"}, {"next"}}},
                   .inputs = {{"turn", ElementType::i64, {std::vector<DimText>{}}},
                              {"c", ElementType::boolean, {std::vector<DimText>{}}},
                              {"x", ElementType::f32, {{4}}}},
                   .outputs = {{"on"}, {"next"}, {"drawn"}}};
  const Model model{.graph = {.nodes = {{"Loop", {"m", "", "x"}, {"last", "y"}, {{"body", body}}}},
                              .inputs = {{"x", ElementType::f32, {{4}}}},
                              .outputs = {{"y"}},
                              .initialisers = {{"m", Tensor::scalar<std::int64_t>(2)}}}};
  const Tensor drawn = run(model, {Tensor::zeros(DType::f32, {4})}).at(0);
  ASSERT_EQ(drawn.shape(), (Shape{2, 4}));
  for (std::int64_t i = 0; i < 4; ++i) EXPECT_NE(drawn.number(i), drawn.number(4 + i));
}

TEST(OnnxRandom, NumbersAreScaledAndMoved) {
  const OneNode node{"RandomNormalLike", {{"mean", 100.0}, {"scale", 0.5}}};
  const Tensor like = Tensor::zeros(DType::f32, {100});
  const auto once = run(node, {like});
  double sum = 0;
  for (std::int64_t i = 0; i < 100; ++i) sum += once[0].number(i);
  EXPECT_NEAR(sum / 100, 100, 0.3);
}

TEST(OnnxRandom, TwoNodesDrawDifferently) {
  const std::vector<Attribute> four{{"shape", Ints{4}}};
  const Model model{.graph = {{{"RandomUniform", {}, {"a"}, four},
                               {"RandomUniform", {}, {"b"}, four},
                               {"Sub", {"a", "b"}, {"y"}}},
                              {},
                              {{"y"}}}};
  const Tensor difference = run(model, {}).at(0);
  for (std::int64_t i = 0; i < 4; ++i) EXPECT_NE(difference.number(i), 0);
}

TEST(OnnxRandom, AnotherSeedDrawsOthers) {
  const auto drawn = [](double seed) {
    return run(OneNode{"RandomUniformLike", {{"seed", seed}}}, {Tensor::zeros(DType::f32, {4})}).at(0);
  };
  EXPECT_FALSE(identical(drawn(1), drawn(2)));
}

TEST(OnnxRandom, ClassesAreDrawnByTheirWeights) {
  const float never = -1e4F;
  const auto y = run(OneNode{"Multinomial", {{"sample_size", std::int64_t{64}}}},
                     {floats({2, 3}, {never, 0, never, 0, never, 0})});
  ASSERT_EQ(y[0].shape(), (Shape{2, 64}));
  std::int64_t last = 0;
  for (std::int64_t i = 0; i < 64; ++i) {
    EXPECT_EQ(y[0].number(i), 1);
    EXPECT_NE(y[0].number(64 + i), 1);
    last += y[0].number(64 + i) == 2 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(last), 32, 20);
}

TEST(OnnxRandom, TrainingDropsAndScales) {
  const OneNode node{"Dropout", {}, 13, {}, 2};
  const auto y = run(node, {Tensor::full(DType::f32, {200}, 3), Tensor::scalar(0.25F), Tensor::scalar(true)});
  int kept = 0;
  for (std::int64_t i = 0; i < 200; ++i) {
    EXPECT_EQ(y[0].number(i), y[1].number(i) != 0 ? 4 : 0);
    kept += y[1].number(i) != 0 ? 1 : 0;
  }
  EXPECT_NEAR(kept, 150, 40);
}
}  // namespace

}  // namespace tenon::onnx_models
