// Engines that take floats, given bytes in other layouts and told what becomes of them.
#include "cli/feeding.h"

#include <gmock/gmock.h>

#include "base/json.h"
#include "cli/process.h"
#include "format/npy.h"
#include "format/npz.h"
#include "support/corpus.h"
#include "tenon/engine.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using testing::Ran;

// The mean of each channel: which is largest is the class of a picture.
Engine channel_means(const Type& type) {
  Graph program("means");
  program.output("means", reduce_mean(program.input("image", type), {2, 3}));
  return {program, {}, {.class_names = {"red", "green", "blue"}}, {.backend = "reference"}};
}

class FeedingTest : public ::testing::Test {
 protected:
  FeedingTest() {
    channel_means({DType::f32, {"N", 3, 2, 2}}).save(folder_ / "any.tenon");
    channel_means({DType::f32, {1, 3, 2, 2}}).save(folder_ / "one.tenon");
    const Tensor x = Tensor::zeros(DType::u8, {3, 2, 2, 3});
    for (std::int64_t item = 0; item < 3; ++item)
      for (std::int64_t pixel = 0; pixel < 4; ++pixel) x.set_number((item * 4 + pixel) * 3 + item, 200);
    write_npy(folder_ / "x.npy", x);
    write_npy(folder_ / "y.npy", Tensor::of<std::int32_t>({3}, {0, 1, 2}));
    write_npz(folder_ / "xy.npz", {{"x", x}, {"class", Tensor::of<std::int32_t>({3}, {0, 1, 1})}});
  }

  Ran run(const std::vector<std::string>& words) const {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--backend", "reference"});
    return testing::run_tenon(all, folder_.path());
  }
  Json json_of(std::vector<std::string> words) const {
    words.push_back("--json");
    const Ran ran = run(words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return parse_json(ran.code == 0 ? ran.out : "{}", "output");
  }
  Tensor answer(const std::string& engine, std::vector<std::string> options) const {
    options.insert(options.begin(), {"run", engine, "-i", "x.npy", "-o", "out.npy"});
    const Ran ran = run(options);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return read_npy(folder_ / "out.npy");
  }
  void write(const std::string& name, std::string_view text) const { write_atomically(folder_ / name, text); }

  TemporaryFolder folder_;
};

TEST_F(FeedingTest, BytesAreScaledAndItIsSaid) {
  const Ran ran = run({"eval", "any.tenon", "--data", "x.npy", "y.npy"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("accuracy  1.0000"));
  EXPECT_THAT(ran.err, HasSubstr("scaled by 1/255, as nothing is said of them (--scale 1"));
}

TEST_F(FeedingTest, OptionsSayWhatBecomesOfThem) {
  const Tensor y = answer("any.tenon", {"--scale", "1", "--mean", "100,0,0", "--std", "2"});
  EXPECT_EQ(y.number(0), 50);
  EXPECT_EQ(y.number(1), 0);
  EXPECT_EQ(answer("any.tenon", {"--scale", "1", "--channels", "bgr"}).number(2), 200);
}

TEST_F(FeedingTest, AFixedBatchIsRunItemByItem) {
  EXPECT_EQ(answer("one.tenon", {"--scale", "1"}).shape(), (Shape{3, 3}));
  EXPECT_EQ(
      json_of({"eval", "one.tenon", "--data", "x.npy", "y.npy", "--scale", "1"}).at("accuracy").number(), 1);
}

TEST_F(FeedingTest, MetricsAndTheTargetsColumnAreChosen) {
  const Json json = json_of({"eval", "any.tenon", "--data", "xy.npz", "--target", "class", "--scale", "1",
                             "--metric", "accuracy,top5"});
  EXPECT_NEAR(json.at("accuracy").number(), 2.0 / 3, 1e-9);
  EXPECT_EQ(json.at("top5").number(), 1);
  EXPECT_EQ(json.find("loss"), nullptr);
}

TEST_F(FeedingTest, TheFileBesideTheModelIsReadAndOptionsWin) {
  write("any.tenon.toml", "[input]\nscale = 2\n[output]\nclass_names = ['a', 'b', 'c']\n");
  EXPECT_EQ(answer("any.tenon", {}).number(0), 400);
  EXPECT_EQ(answer("any.tenon", {"--scale", "0.5"}).number(0), 100);
  EXPECT_THAT(run({"run", "any.tenon", "-i", "x.npy", "--top", "1"}).out, HasSubstr("0:  a "));
  write("other.toml", "input.scale = 3");
  EXPECT_EQ(answer("any.tenon", {"--interface", "other.toml"}).number(0), 600);
}

TEST_F(FeedingTest, AnEngineIsBuiltToTakePictures) {
  const Engine engine = channel_means({DType::f32, {"N", 3, 2, 2}});
  const recipe::Interface interface = recipe::parse_interface(
      "input = { scale = 1, size = [2, 2] }\noutput.class_names = ['a', 'b', 'c']", "t");
  const Engine built = cli::prepared(engine, interface);
  EXPECT_EQ(to_string(built.inputs()[0].type), "u8[N, 2, 2, 3]");
  EXPECT_EQ(built.info().class_names[0], "a");
  EXPECT_EQ(built.run(read_npy(folder_ / "x.npy")).number(0), 200);

  built.save(folder_ / "built.tenon");
  const recipe::Interface kept = cli::interface_of("built.tenon", built, {});
  EXPECT_EQ(kept.input.picture.size, (std::vector<std::int64_t>{2, 2}));
  EXPECT_FALSE(kept.input.scale.has_value());  // that is part of the program now
  EXPECT_EQ(answer("built.tenon", {}).number(0), 200);
}

TEST_F(FeedingTest, AModelTrainedOnPicturesTakesOthersAsThose) {
  const Engine engine = channel_means({DType::f32, {"N", 3, 2, 2}});
  EngineInfo info;
  info.notes = {{"recipe",
                 "data = { kind = 'pictures', train = ['x'], size = [2, 2], fit = 'stretch' }\nmodel.layers "
                 "= ['relu']"}};
  const Engine trained(engine.program(), {}, info, {.backend = "reference"});
  EXPECT_EQ(cli::interface_of("m.tenon", trained, {}).input.picture.fit, "stretch");
  cli::Feeding cropping;
  cropping.fit = "crop";
  EXPECT_EQ(cli::interface_of("m.tenon", trained, cropping).input.picture.fit, "crop");
}

TEST_F(FeedingTest, WithoutAWordAnEngineStaysAsItIs) {
  const Engine engine = channel_means({DType::f32, {"N", 3, 2, 2}});
  EXPECT_EQ(to_string(cli::prepared(engine, {}).inputs()[0].type), "f32[N, 3, 2, 2]");
}

TEST_F(FeedingTest, MistakesAreSaidWithWhatWasMeant) {
  const auto error = [&](const std::vector<std::string>& options) {
    std::vector<std::string> words{"eval", "any.tenon", "--data", "x.npy", "y.npy"};
    words.insert(words.end(), options.begin(), options.end());
    const Ran ran = run(words);
    EXPECT_EQ(ran.code, 2);
    return ran.err;
  };
  EXPECT_EQ(error({"--layout", "nwhc"}),
            "tenon: --layout: there is no layout 'nwhc'; did you mean 'nhwc'?\n");
  EXPECT_EQ(error({"--metric", "acuracy"}),
            "tenon: there is no metric 'acuracy'; did you mean 'accuracy'?\n");
  EXPECT_THAT(error({"--kind", "cfar10"}), HasSubstr("did you mean 'cifar10'?"));
  EXPECT_THAT(error({"--size", "3"}), HasSubstr("--size: expected a height and a width"));
  EXPECT_THAT(error({"--mean", "1,2"}), HasSubstr("for each of its channels"));
  EXPECT_THAT(error({"--target", "z"}), HasSubstr("there is no column 'z'"));
  write("any.tenon.toml", "[input]\nmaen = 1\n");
  EXPECT_THAT(error({}), HasSubstr("any.tenon.toml:2:1: there is no key 'input.maen'; did you mean 'mean'?"));
}

TEST_F(FeedingTest, CifarFilesAreDataByTheirNames) {
  Graph program("rows");  // a class a row
  program.output("rows", reduce_mean(program.input("image", {DType::f32, {"N", 3, 32, 32}}), {1, 3}));
  Engine(program, {}, {}, {.backend = "reference"}).save(folder_ / "cifar.tenon");
  std::filesystem::copy_file(corpus("cifar/ten.bin"), folder_ / "test_batch.bin");
  for (const char* data : {".", "test_batch.bin"})
    EXPECT_EQ(json_of({"eval", "cifar.tenon", "--data", data, "--scale", "1"}).at("items").integer(), 2);
}

}  // namespace
}  // namespace tenon
