#include <gtest/gtest.h>

#include <optional>

#include "engine/programs.h"
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

}  // namespace
}  // namespace tenon
