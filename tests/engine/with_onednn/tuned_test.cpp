// Contractions timed in all their ways, and the choice kept.
#include <gmock/gmock.h>

#include <algorithm>

#include "engine/prepared.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

using testing::engine_of;
using testing::expect_close;
using testing::judged;
using testing::Model;
using testing::random_floats;

const Shape kImage{1, 32, 12, 12};

// A convolution that Winograd's way and others do, one of single pixels, and a product.
Model model() {
  Model model;
  Value x = model.program.input("x", Type::of(DType::f32, kImage));
  const auto weight = [&](const Shape& shape) {
    const std::string name = cat("w", model.weights.size());
    model.weights.emplace_back(name, random_floats(shape, static_cast<unsigned>(model.weights.size())));
    return model.program.state(name, Type::of(DType::f32, shape)) * 0.05;
  };
  x = relu(conv(x, weight({32, 32, 3, 3}), {.pads_low = {1, 1}, .pads_high = {1, 1}}));
  x = relu(conv(x, weight({64, 32, 1, 1})));
  model.program.output("y", matmul(reshape(x, {64, 144}), weight({144, 96})));
  return model;
}

Engine engine(int threads = 1) {
  const Model written = model();
  return engine_of({written.program.clone(), written.weights}, {}, {.backend = "cpu", .threads = threads});
}

std::vector<std::string> ran_as(const Engine& engine) {
  std::vector<std::string> names;
  for (const StepInfo& step : engine.session({{"x", kImage}}).steps()) names.push_back(step.ran_as);
  return names;
}

// An engine that was told to run each contraction the way that was the slowest.
Engine slowed(const Engine& tuned) {
  EngineInfo info = tuned.info();
  for (TunedNode& node : info.tuned) std::ranges::reverse(node.ways);
  return {tuned.program(), tuned.weights(), info, tuned.options()};
}

TEST(Tuned, TimesEveryWayOfEachContraction) {
  const Tensor items = random_floats(kImage, 9);
  const Engine tuned = engine().tuned({{"x", items}});
  ASSERT_FALSE(tuned.info().tuned.empty());  // without AVX-512 a convolution is the library's alone
  for (const TunedNode& node : tuned.info().tuned) {
    EXPECT_GE(node.ways.size(), 2u) << node.node;
    EXPECT_TRUE(std::ranges::is_sorted(node.ways, {}, &std::pair<std::string, double>::second));
    EXPECT_GT(node.ways[0].second, 0);
  }
}

TEST(Tuned, GivesTheSameWhicheverWayIsTaken) {
  const Tensor items = random_floats(kImage, 9);
  const Tensor wanted = judged(model(), items);
  const Engine tuned = engine().tuned({{"x", items}});
  expect_close(tuned.run(items), wanted);
  expect_close(slowed(tuned).run(items), wanted);
}

TEST(Tuned, KeepsToWhatWasChosen) {
  const Engine tuned = engine().tuned({{"x", random_floats(kImage, 9)}});
  EXPECT_NE(ran_as(tuned), ran_as(slowed(tuned)));
}

TEST(Tuned, ChoiceIsKeptInTheFile) {
  const TemporaryFolder folder;
  const Engine other = slowed(engine().tuned({{"x", random_floats(kImage, 9)}}));
  other.save(folder / "m.tenon");
  const Engine loaded = Engine::load(folder / "m.tenon", {.backend = "cpu"});
  EXPECT_EQ(ran_as(loaded), ran_as(other));
  ASSERT_EQ(loaded.info().tuned.size(), other.info().tuned.size());
  EXPECT_EQ(loaded.info().tuned[0].ways, other.info().tuned[0].ways);
}

TEST(Tuned, ChoiceIsOneForItsThreads) {
  const Engine other = slowed(engine().tuned({{"x", random_floats(kImage, 9)}}));
  EngineOptions options = other.options();
  options.threads = 2;
  EXPECT_EQ(ran_as(Engine(other.program(), other.weights(), other.info(), options)), ran_as(engine(2)));
}

TEST(Tuned, ChoiceThatIsNoneHereIsLeftToTheHeuristics) {
  const Engine tuned = engine().tuned({{"x", random_floats(kImage, 9)}});
  EngineInfo info = tuned.info();
  for (TunedNode& node : info.tuned) node.ways.front().first = "by an abacus";
  EXPECT_EQ(ran_as(Engine(tuned.program(), tuned.weights(), info, tuned.options())), ran_as(engine()));
}

}  // namespace
}  // namespace tenon
