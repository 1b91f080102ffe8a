// tenon build --precision, and what other commands say of it.
#include <gmock/gmock.h>

#include "base/files.h"
#include "base/json.h"
#include "cli/trained.h"
#include "tenon/engine.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using testing::Ran;

class PrecisionCommands : public testing::Trained {
 protected:
  static Ran build(const std::vector<std::string>& options) {
    std::vector<std::string> words = {"build",     "run",       "-o",      "low.tenon",
                                      "--backend", "reference", "--batch", "2"};
    words.insert(words.end(), options.begin(), options.end());
    return run(words);
  }
  static Json json_of(const std::vector<std::string>& words) {
    const Ran ran = run(words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return parse_json(ran.out, "output");
  }
};

TEST_F(PrecisionCommands, BuildLowersAllThatIsAskedFor) {
  const Ran ran = build({"--precision", "bf16"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("precision: bf16"));
  EXPECT_EQ(Engine::load(path("low.tenon")).info().precision.asked, Precision::bf16);
}

TEST_F(PrecisionCommands, OthersSayWhatAnEngineComputesIn) {
  ASSERT_EQ(build({"--precision", "bf16"}).code, 0);
  EXPECT_THAT(run({"inspect", "low.tenon"}).out, HasSubstr("bf16"));
  EXPECT_EQ(json_of({"inspect", "low.tenon", "--json"}).at("precision").at("asked").string(), "bf16");
  EXPECT_EQ(json_of({"inspect", "m.tenon", "--json"}).at("precision").at("asked").string(), "f32");
  EXPECT_THAT(json_of({"eval", "low.tenon", "--json"}).at("precision").string(), HasSubstr("bf16"));
  EXPECT_THAT(run({"eval", "low.tenon"}).out, HasSubstr("bf16"));
  EXPECT_THAT(json_of({"run", "low.tenon", "-i", "x.npy", "--json"}).at("precision").string(),
              HasSubstr("bf16"));
  const Ran bench = run({"bench", "low.tenon", "--batch", "1", "--seconds", "0.01", "--threads", "1"});
  EXPECT_THAT(bench.out, HasSubstr("1 threads, bf16"));
}

TEST_F(PrecisionCommands, BuildChoosesByTheLossOfTheMetric) {
  const Ran ran = build({"--precision", "auto", "--report", "report.json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const Json precision = parse_json(read_text(path("report.json")), "report").at("precision");
  EXPECT_EQ(precision.at("asked").string(), "auto");
  EXPECT_EQ(precision.at("measure").string(), "accuracy");
  EXPECT_EQ(precision.at("max_drop").number(), 0.002);
  EXPECT_EQ(precision.at("items").integer(), 18);
}

TEST_F(PrecisionCommands, BuildTakesTheMetricAndTheDropThatItIsGiven) {
  const Ran ran = build({"--precision", "auto", "--data", "test.npz", "--labels", "y", "--metric", "mse",
                         "--max-drop", "0.5", "--report", "report.json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const Json precision = parse_json(read_text(path("report.json")), "report").at("precision");
  EXPECT_EQ(precision.at("measure").string(), "mse");
  EXPECT_EQ(precision.at("max_drop").number(), 0.5);
  EXPECT_EQ(precision.at("items").integer(), 30);
}

TEST_F(PrecisionCommands, BuildRefusesWhatMakesNoSense) {
  EXPECT_EQ(build({"--precision", "f8"}).code, 2);
  EXPECT_EQ(build({"--max-drop", "0.1"}).code, 2);
  EXPECT_EQ(build({"--precision", "auto", "--max-drop", "-1"}).code, 2);
  EXPECT_EQ(build({"--precision", "auto", "--metric", "beauty"}).code, 2);
  const Ran object = build({"--precision", "bf16", "--emit-object", "m.o"});
  EXPECT_EQ(object.code, 2);
  EXPECT_THAT(object.err, HasSubstr("computes in f32"));
}

TEST_F(PrecisionCommands, BuildTimesTheWaysToRunANode) {
  const Ran ran = run({"build", "run", "-o", "tuned.tenon", "--tune", "--report", "report.json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("tuned in "));
  const Json report = parse_json(read_text(path("report.json")), "report.json");
  EXPECT_EQ(report.at("tuned").array().size(), Engine::load(path("tuned.tenon")).info().tuned.size());
}

}  // namespace
}  // namespace tenon
