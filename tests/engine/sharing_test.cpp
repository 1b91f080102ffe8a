// An engine's weights are pages of its file: every process that has it open reads the same ones.
#include <gtest/gtest.h>

#include "engine/programs.h"
#include "support/mapped.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

using testing::classifier;
using testing::engine_of;
using testing::Mapped;
using testing::mapped;

TEST(EngineSharing, WeightsStayPagesOfTheFile) {
  const TemporaryFolder folder;
  constexpr std::int64_t kIn = 512, kClasses = 256;
  engine_of(classifier(kIn, kClasses)).save(folder / "m.tenon");
  const Engine engine = Engine::load(folder / "m.tenon");
  engine.run(testing::random_bytes({1, kIn}, 1));
  const Mapped now = mapped(folder / "m.tenon");
  EXPECT_GE(now.resident, kIn * kClasses * 4 / 1024);
  EXPECT_EQ(now.copied, 0);
}

TEST(EngineSharing, WeightsThatOnlyPreparedOnesAreMadeOfLeaveTheMemory) {
  const TemporaryFolder folder;
  constexpr std::int64_t kWidth = 1024;
  const Tensor weight = testing::random_floats({kWidth, kWidth}, 1);
  Graph program("g");
  const Value x = program.input("x", {DType::f32, {1, kWidth}});
  program.output("y", matmul(x, tanh(program.state("w", Type::of(weight)))));
  Engine(program, {{"w", weight}}).save(folder / "m.tenon");

  const Engine engine = Engine::load(folder / "m.tenon");
  engine.run(testing::random_floats({1, kWidth}, 2));
  EXPECT_EQ(engine.values_prepared(), 1u);
  EXPECT_LT(mapped(folder / "m.tenon").resident, kWidth * kWidth * 4 / 1024 / 4);
  EXPECT_TRUE(identical(engine.weights()[0].second, weight));
}

TEST(EngineSharing, AFileThatIsReplacedGoesOnForThoseWhoHaveIt) {
  const TemporaryFolder folder;
  const Engine old = engine_of(classifier());
  old.save(folder / "m.tenon");
  const Engine loaded = Engine::load(folder / "m.tenon");
  engine_of(classifier(5, 4)).save(folder / "m.tenon");
  const Tensor x = testing::random_bytes({3, 5}, 1);
  EXPECT_TRUE(identical(loaded.run(x), old.run(x)));
  EXPECT_EQ(Engine::load(folder / "m.tenon").run(x).dim(1), 4);
}

}  // namespace
}  // namespace tenon
