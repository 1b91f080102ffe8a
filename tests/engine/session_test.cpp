#include <gtest/gtest.h>

#include <optional>

#include "engine/programs.h"
#include "op/evaluate.h"
#include "support/allocations.h"
#include "support/message_of.h"

namespace tenon {
namespace {

using testing::classifier;
using testing::engine_of;
using testing::random_bytes;

TEST(Session, RunsOnItsOwnMemory) {
  const Engine engine = engine_of(classifier());
  EngineSession session = engine.session({{"x", {2, 5}}});
  const Tensor x = random_bytes({2, 5}, 7);
  std::ranges::copy(x.as<std::uint8_t>(), session.input("x").as<std::uint8_t>().begin());
  session.run();
  EXPECT_TRUE(identical(session.output("logits"), engine.run(x)));
}

TEST(Session, RunsOnTheCallersMemory) {
  const Engine engine = engine_of(classifier());
  EngineSession session = engine.session({{"x", {2, 5}}});
  const Tensor x = random_bytes({2, 5}, 7);
  const Tensor logits = Tensor::zeros(DType::f32, {2, 3});
  session.bind_input("x", x);
  session.bind_output("logits", logits);
  session.run();
  EXPECT_TRUE(identical(logits, engine.run(x)));
  x.as<std::uint8_t>()[0] ^= 0xff;
  session.run();
  EXPECT_TRUE(identical(logits, engine.run(x)));
}

TEST(Session, OutlivesItsEngine) {
  std::optional<Engine> engine = engine_of(classifier());
  EngineSession session = engine->session({{"x", {1, 5}}});
  const Tensor wanted = engine->run(Tensor::zeros(DType::u8, {1, 5}));
  engine.reset();
  session.run();
  EXPECT_TRUE(identical(session.output("logits"), wanted));
}

TEST(Session, RefusesWhatIsNotOfItsShape) {
  EngineSession session = engine_of(classifier()).session({{"x", {1, 5}}});
  EXPECT_EQ(message_of([&] { session.bind_input("x", random_bytes({2, 5}, 1)); }),
            "input 'x' of this session is u8[1, 5], not u8[2, 5]");
  EXPECT_EQ(message_of([&] { session.bind_output("loss", random_bytes({2, 5}, 1)); }),
            "there is no output 'loss'");
}

TEST(Session, TellsWhatItRuns) {
  EngineSession session = engine_of(classifier()).session({{"x", {1, 5}}});
  const std::vector<StepInfo> steps = session.profile();
  ASSERT_FALSE(steps.empty());
  double total = 0;
  for (const StepInfo& step : steps) {
    EXPECT_FALSE(step.ran_as.empty());
    total += step.microseconds;
  }
  EXPECT_GT(total, 0);
}

TEST(Session, RunsBodiesAndListsTheirStepsBelowThem) {
  const testing::Model model = testing::running_sums();
  const Engine engine(model.program, model.weights);
  for (const std::int64_t batch : {1, 3}) {
    const Tensor x = testing::random_floats({batch, 4}, 5);
    const Tensor wanted = evaluate(model.program, {x}, {{"scale", Tensor::scalar(3.0f)}}).outputs[0];
    const Tensor found = engine.run(x);
    for (std::int64_t i = 0; i < wanted.size(); ++i) EXPECT_NEAR(found.number(i), wanted.number(i), 1e-5);
  }
  EngineSession session = engine.session({{"x", {2, 4}}});
  int deepest = 0;
  for (const StepInfo& step : session.profile()) deepest = std::max(deepest, step.depth);
  EXPECT_EQ(deepest, 2);
  EXPECT_NE(session.lowered().find("4 turns, by the host"), std::string::npos);
}

}  // namespace
}  // namespace tenon
