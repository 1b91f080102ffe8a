// Engine files of every version that was ever written stay readable. Each has one file in tests/engine/data,
// made when that version was the newest and never made again; docs/engine-file.md says what a version is.
#include <gtest/gtest.h>

#include <limits>

#include "engine/content.h"
#include "tenon/engine.h"

namespace tenon {
namespace {

constexpr const char* kVersion1 = TENON_SOURCE_DIR "/tests/engine/data/version_1.tenon";

Tensor image() {
  Tensor pixels = Tensor::empty(DType::u8, {2, 1, 4, 4});
  for (std::int64_t i = 0; i < pixels.size(); ++i) pixels.set_number(i, static_cast<double>(8 * i));
  return pixels;
}

void expect_near(const Tensor& found, const std::vector<double>& wanted) {
  ASSERT_EQ(found.size(), static_cast<std::int64_t>(wanted.size()));
  for (std::int64_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found.number(i), wanted[static_cast<std::size_t>(i)], 1e-5);
}

// One way through if_else for each brightness.
TEST(EngineVersion, OneAnswersAsItDidWhenItWasWritten) {
  const Engine engine = Engine::load(kVersion1);
  const auto scores = [&](float brightness) {
    return engine.run({{"image", image()}, {"how bright", Tensor::scalar(brightness)}})[0].second;
  };
  expect_near(scores(0.5f), {0.1399502, 0.1852305, 0.6748193, 0.135906, 0.1509578, 0.7131363});
  expect_near(scores(2.0f), {0.008146154, 0.006851768, 0.9850021, 0.04365557, 0.0004902279, 0.9558542});
}

TEST(EngineVersion, OneKeepsAllThatItHolds) {
  const engine::Content content = engine::read_content(kVersion1);
  EXPECT_EQ(content.program->name(), "version 1");
  const std::vector<std::string> names = {"cat", "dog", "\"é\""};
  EXPECT_EQ(content.info.class_names, names);
  EXPECT_EQ(content.info.scores[0].second, 0.75);
  EXPECT_EQ(content.info.notes[0].second, "0.1.0");
  ASSERT_EQ(content.weights.size(), 4u);
  EXPECT_TRUE(
      identical(content.weights[1].second, Tensor::of<float>({2, 1, 1}, {-0.625f, 0.25f}).cast(DType::bf16)));
  EXPECT_EQ(content.report.backend, "cpu");
  EXPECT_EQ(content.report.items, 2);
  ASSERT_EQ(content.report.outputs.size(), 3u);
  EXPECT_EQ(content.report.outputs[0].relative, 2.5e-7);
  EXPECT_EQ(content.report.outputs[2].absolute, std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace tenon
