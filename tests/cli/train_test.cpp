#include <gmock/gmock.h>

#include <filesystem>

#include "cli/trained.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using testing::Ran;

class Train : public testing::Trained {};

TEST_F(Train, KeepsARunWithItsRecipeResolved) {
  ASSERT_EQ(train_.code, 0) << train_.err;
  EXPECT_THAT(train_.out, HasSubstr("accuracy"));
  EXPECT_THAT(train_.out, HasSubstr("run: run\n"));
  EXPECT_THAT(read_text(path("run/recipe.toml")), HasSubstr("batch = 16"));
  EXPECT_THAT(read_text(path("run/recipe.toml")), HasSubstr(path("x.npy")));
}

TEST_F(Train, PrintsTheRecipeAndTheModel) {
  const Ran ran =
      run({"train", "points.toml", "--print", "--set", "train.epochs=2", "--set", "train.batch=5"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("epochs = 2\nbatch = 5\n"));
  EXPECT_THAT(ran.out, HasSubstr("linear 8"));
  EXPECT_THAT(ran.out, HasSubstr("in all"));
  EXPECT_FALSE(std::filesystem::exists(path("runs")));
}

TEST_F(Train, RefusesARecipeThatIsWrongAndWritesNothing) {
  const Ran ran = run({"train", "points.toml", "--set", "train.epoch=2", "--out", "wrong"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_EQ(ran.err, "tenon: --set train.epoch=2: there is no key 'train.epoch'; did you mean 'epochs'?\n");
  EXPECT_FALSE(std::filesystem::exists(path("wrong")));
  EXPECT_EQ(run({"train", "none.toml"}).code, 2);
  EXPECT_EQ(run({"train"}).code, 2);
}

TEST_F(Train, RefusesDataThatIsNotThereAndWritesNothing) {
  const Ran ran = run({"train", "points.toml", "--set", "data.train=['none', 'y.npy']", "--out", "wrong"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("none'"));
  EXPECT_FALSE(std::filesystem::exists(path("wrong")));
}

TEST_F(Train, RefusesAFolderThatHoldsARun) {
  const Ran ran = run({"train", "points.toml", "--out", "run"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("'run' holds a run already"));
}

TEST_F(Train, GoesOnWithARun) {
  ASSERT_EQ(run({"train", "points.toml", "--set", "train.epochs=1", "--out", "part", "--quiet"}).code, 0);
  const Ran resumed = run({"train", "--resume", "part", "--set", "train.epochs=2"});
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("epoch 2/2"));
  EXPECT_EQ(run({"train", "--resume", "none"}).code, 2);
}

TEST_F(Train, RefusesARunThatIsDamaged) {
  std::filesystem::copy(path("run"), path("damaged"), std::filesystem::copy_options::recursive);
  std::ofstream(path("damaged/latest")) << "../../etc\n";
  for (const Ran& ran : {run({"train", "--resume", "damaged"}), run({"eval", "damaged"})}) {
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.err, HasSubstr("damaged/latest"));
  }
}

TEST_F(Train, ChoosesANewFolderEachTime) {
  for (const char* folder : {"runs/points", "runs/points-2"}) {
    const Ran ran = run({"train", "points.toml", "--set", "train.epochs=1", "--quiet"});
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr(std::string("run: ") + folder));
  }
}

TEST_F(Train, ThatDivergesFails) {
  const Ran ran = run({"train", "points.toml", "--set", "train.optimizer={name='sgd', lr=1e38}", "--out",
                       "diverged", "--quiet", "--on-nan", "stop"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("not finite"));
}

}  // namespace
}  // namespace tenon
