// Pictures in and out of the program.
#include "tenon/pictures.h"

#include <gmock/gmock.h>

#include "base/json.h"
#include "cli/process.h"
#include "tenon/engine.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using testing::Ran;

class PicturesTest : public ::testing::Test {
 protected:
  PicturesTest() {
    negative({DType::f32, {"N", 3, "H", "W"}}).save(folder_ / "negative.tenon");
    picture(7, "p.png");
  }

  // What is dark becomes light, and the means of the channels.
  static Engine negative(const Type& type) {
    Graph program("negative");
    const Value x = program.input("image", type);
    program.output("negative", 1.0 - x);
    return {program, {}, {}, {.backend = "reference"}};
  }
  static Engine means(const Type& type) {
    Graph program("means");
    program.output("means", reduce_mean(program.input("image", type), {2, 3}));
    return {program, {}, {}, {.backend = "reference"}};
  }

  // 4 rows of 6, the left half in `value` of red, the right half in blue.
  void picture(std::uint8_t value, const std::string& name) const {
    const Tensor pixels = Tensor::zeros(DType::u8, {4, 6, 3});
    for (std::int64_t i = 0; i < 24; ++i) pixels.set_number(3 * i + (i % 6 < 3 ? 0 : 2), value);
    data::write_png(folder_ / name, pixels);
  }

  Ran run(const std::vector<std::string>& words) const {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--backend", "reference"});
    return testing::run_tenon(all, folder_.path());
  }
  void expect_done(const std::vector<std::string>& words) const {
    const Ran ran = run(words);
    EXPECT_EQ(ran.code, 0) << ran.err;
  }

  TemporaryFolder folder_;
};

TEST_F(PicturesTest, APictureBecomesAPicture) {
  expect_done({"run", "negative.tenon", "-i", "p.png", "-o", "out.png"});
  const Tensor out = data::read_picture(folder_ / "out.png");
  EXPECT_EQ(out.shape(), (Shape{4, 6, 3}));
  EXPECT_EQ(out.number(0), 248);
  EXPECT_EQ(out.number(1), 255);
  EXPECT_EQ(out.number(3 * 5 + 2), 248);
}

TEST_F(PicturesTest, ItIsResizedAndItsOutputScaledAsIsSaid) {
  expect_done({"run", "negative.tenon", "-i", "p.png", "-o", "out.png", "--size", "2x2", "--fit", "stretch",
               "--output-scale", "100"});
  const Tensor out = data::read_picture(folder_ / "out.png");
  EXPECT_EQ(out.shape(), (Shape{2, 2, 3}));
  EXPECT_EQ(out.number(1), 100);
}

TEST_F(PicturesTest, AFolderHasAClassAFolder) {
  means({DType::f32, {"N", 3, 2, 3}}).save(folder_ / "means.tenon");
  std::filesystem::create_directories(folder_ / "data/red");
  std::filesystem::create_directories(folder_ / "data/blue");
  picture(255, "data/red/1.png");
  picture(255, "data/blue/2.png");
  const Ran ran = run({"eval", "means.tenon", "--data", "data", "--json", "--mean", "0.9,0.9,0"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(parse_json(ran.out, "output").at("items").integer(), 2);
  EXPECT_EQ(parse_json(ran.out, "output").at("accuracy").number(), 0);  // the third channel is most in both
}

TEST_F(PicturesTest, OnlyPicturesAreWrittenAsPictures) {
  means({DType::f32, {"N", 3, 4, 6}}).save(folder_ / "means.tenon");
  const Ran ran = run({"run", "means.tenon", "-i", "p.png", "-o", "out.png"});
  EXPECT_NE(ran.code, 0);
  EXPECT_THAT(ran.err, HasSubstr("an output f32[1, 3] is no picture"));
  EXPECT_EQ(run({"run", "negative.tenon", "-i", "p.png", "-o", "out.jpg"}).code, 2);
}

TEST_F(PicturesTest, ADamagedPictureIsNamed) {
  write_atomically(folder_ / "bad.png", "no picture");
  const Ran ran = run({"run", "negative.tenon", "-i", "bad.png"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("'bad.png', byte 0: expected a PNG or a JPEG picture"));
}

}  // namespace
}  // namespace tenon
