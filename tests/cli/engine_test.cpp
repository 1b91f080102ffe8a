#include "tenon/engine.h"

#include <gmock/gmock.h>

#include "base/json.h"
#include "cli/trained.h"
#include "tenon/train.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Ran;

class EngineCommands : public testing::Trained {
 protected:
  static Json json_of(const std::vector<std::string>& words) {
    const Ran ran = run(words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return parse_json(ran.out, "output");
  }
};

TEST_F(EngineCommands, BuildTellsTheLargestError) {
  ASSERT_EQ(build_.code, 0) << build_.err;
  EXPECT_THAT(build_.out, HasSubstr("checked on 18 items"));
  EXPECT_THAT(build_.out, HasSubstr("engine: m.tenon"));
}

TEST_F(EngineCommands, BuildRefusesWhatIsNoRun) {
  EXPECT_EQ(run({"build", "none", "-o", "n.tenon"}).code, 2);
  EXPECT_EQ(run({"build", "m.tenon", "-o", "n.tenon"}).code, 2);
  EXPECT_EQ(run({"build", ".", "-o", "n.tenon"}).code, 2);
}

TEST_F(EngineCommands, BuildThatCannotWriteFails) {
  EXPECT_EQ(run({"build", "run", "-o", "none/m.tenon", "--backend", "reference"}).code, 1);
}

TEST_F(EngineCommands, EvalScoresARunAndItsEngineAlike) {
  const Json of_run = json_of({"eval", "run", "--json", "--backend", "reference"});
  EXPECT_EQ(of_run, json_of({"eval", "m.tenon", "--json", "--backend", "reference"}));
  EXPECT_EQ(of_run.at("items").integer(), 18);
  EXPECT_GT(of_run.at("accuracy").number(), 0.8);
}

TEST_F(EngineCommands, EvalTakesOtherData) {
  const Json score = json_of({"eval", "m.tenon", "--data", "test.npz", "--json"});
  EXPECT_EQ(score.at("items").integer(), 30);
  EXPECT_EQ(run({"eval", "m.tenon", "--data", "x.npy"}).code, 2);
}

TEST_F(EngineCommands, EvalRefusesAShapeForAnEngine) {
  const Ran ran = run({"eval", "m.tenon", "--data", "test.npz", "--shape", "x=30x2"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("--shape is for ONNX models"));
}

TEST_F(EngineCommands, EvalTakesItsRunsRecipeForNoInterface) {
  std::filesystem::copy_file(path("points.toml"), path("run.toml"));
  EXPECT_EQ(json_of({"eval", "run", "--json"}).at("items").integer(), 18);
  std::filesystem::remove(path("run.toml"));
}

TEST_F(EngineCommands, EvalPreparesAsItIsTold) {
  const Json plain = json_of({"eval", "run", "--json", "--metric", "accuracy"});
  EXPECT_EQ(plain.find("loss"), nullptr);
  EXPECT_GT(plain.at("accuracy").number(), 0.8);
  EXPECT_LT(json_of({"eval", "run", "--json", "--scale", "-1"}).at("accuracy").number(),
            plain.at("accuracy").number());
}

TEST_F(EngineCommands, RunAnswersAsTheTrainedModelAtAnyBatchSize) {
  ASSERT_EQ(run({"run", "m.tenon", "-i", "x.npy", "-o", "y_all.npy", "--backend", "reference"}).code, 0);
  const SavedRun saved = open_run(path("run"));
  const Engine engine(*saved.model.program, saved.model.weights, {}, {.backend = "reference"});
  const Tensor found = read_npy(path("y_all.npy"));
  EXPECT_TRUE(identical(found, engine.run(read_npy(path("x.npy")))));
  ASSERT_EQ(
      run({"run", "m.tenon", "-i", "x.npz", "-o", "y.npz", "--batch", "7", "--backend", "reference"}).code,
      0);
  const NamedTensors named = read_npz(path("y.npz"));
  ASSERT_EQ(named.size(), 1u);
  EXPECT_TRUE(identical(named[0].second, found));
}

TEST_F(EngineCommands, RunNamesTheBestClasses) {
  const Json json = json_of({"run", "m.tenon", "-i", "x.npy", "--top", "2", "--json"});
  const Json::Array& items = json.at("top").array();
  ASSERT_EQ(items.size(), 90u);
  const Json::Array& first = items[0].array();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_THAT(first[0].at("name").string(), ::testing::AnyOf("below", "above"));
  EXPECT_NEAR(first[0].at("share").number() + first[1].at("share").number(), 1, 1e-6);
  EXPECT_THAT(run({"run", "m.tenon", "-i", "x.npy", "--top", "1"}).out, HasSubstr("0:  "));
}

TEST_F(EngineCommands, RunRefusesWhatItCannotTake) {
  const Ran wrong_type = run({"run", "m.tenon", "-i", "y.npy"});
  EXPECT_EQ(wrong_type.code, 2);
  EXPECT_EQ(wrong_type.err, "tenon: input 'x' is f32[N, 2] and was given i64[90]\n");
  EXPECT_EQ(run({"run", "m.tenon", "-i", "x.npy", "--show"}).code, 2);
  EXPECT_EQ(run({"run", "m.tenon", "-i", "x.npy", "-o", "y.csv"}).code, 2);
  EXPECT_EQ(run({"run", "points.toml", "-i", "x.npy"}).code, 2);
}

TEST_F(EngineCommands, AnEngineWithDamageIsRefused) {
  std::string text = read_text(path("m.tenon"));
  text[text.size() / 2] ^= 1;
  std::ofstream(path("damaged.tenon"), std::ios::binary) << text;
  for (const char* command : {"eval", "bench", "inspect"}) {
    const Ran ran = run({command, "damaged.tenon"});
    EXPECT_EQ(ran.code, 2) << command;
    EXPECT_THAT(ran.err, HasSubstr("damaged.tenon'")) << command;
  }
}

TEST_F(EngineCommands, BenchMeasuresEachBatchSize) {
  const Json json =
      json_of({"bench", "m.tenon", "--batch", "1,4", "--seconds", "0.01", "--threads", "1", "--json"});
  const Json::Array& batches = json.at("batches").array();
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[1].at("batch").integer(), 4);
  EXPECT_GT(batches[0].at("median_us").number(), 0);
  EXPECT_LE(batches[0].at("min_us").number(), batches[0].at("p99_us").number());
}

TEST_F(EngineCommands, InspectTellsWhatIsInside) {
  const Json json =
      json_of({"inspect", "m.tenon", "--plan", "--memory", "--stage", "typed", "--batch", "3", "--json"});
  EXPECT_EQ(json.at("inputs").array()[0].at("type").string(), "f32[N, 2]");
  EXPECT_EQ(json.at("checked").at("items").integer(), 18);
  EXPECT_FALSE(json.at("plan").array().empty());
  EXPECT_EQ(json.at("memory").at("inputs").integer(), 3 * 2 * 4);
  EXPECT_EQ(json.at("memory").at("weights").integer(), (2 * 8 + 8 + 8 * 2 + 2) * 4);
  EXPECT_THAT(json.at("program").string(), HasSubstr("f32[3, 8]"));
}

TEST_F(EngineCommands, InspectWritesAPageThatNeedsNothingElse) {
  const Ran ran = run({"inspect", "m.tenon", "--html", "m.html", "--batch", "3"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("page: m.html"));
  const std::string page = read_text(path("m.html"));
  for (const char* part :
       {"<h1>m.tenon</h1>", "x  f32[N, 2]", "18 items", "Steps of one run", "class=\"share\"", "<svg",
        "made of weights", "<summary>source", "<summary>typed", "<summary>lowered", "f32[3, 8]"})
    EXPECT_THAT(page, HasSubstr(part));
  for (const char* reference : {"<script", "src=", "href=", "<link"})
    EXPECT_THAT(page, Not(HasSubstr(reference)));
}

TEST_F(EngineCommands, InspectFailsWhereItCannotWriteThePage) {
  EXPECT_EQ(run({"inspect", "m.tenon", "--html", "none/m.html"}).code, 1);
}

TEST_F(EngineCommands, InspectPrintsEachStage) {
  EXPECT_THAT(run({"inspect", "run"}).out, HasSubstr("f32[N, 2]"));
  EXPECT_THAT(run({"inspect", "run", "--stage", "source"}).out, HasSubstr("linear"));
  EXPECT_THAT(run({"inspect", "run", "--stage", "lowered"}).out, HasSubstr("f32[1, 2]"));
}

}  // namespace
}  // namespace tenon
