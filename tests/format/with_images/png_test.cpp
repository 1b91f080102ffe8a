#include <gtest/gtest.h>

#include "format/picture.h"
#include "support/corpus.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

// Red, green, blue; black, white and a dark one.
const Tensor kSix = Tensor::of<std::uint8_t>(
    {2, 3, 3}, {255, 0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 10, 20, 30});

Tensor read(const std::string& name, PictureChannels channels = PictureChannels::rgb) {
  return read_picture(corpus("png/" + name), channels);
}

std::string error_in(const std::string& text) {
  return message_of([&] { read_png(bytes_of(text), "x"); });
}

class EveryPngOfTheSix : public ::testing::TestWithParam<const char*> {};

TEST_P(EveryPngOfTheSix, IsReadAlike) {
  const Tensor picture = read(GetParam());
  EXPECT_TRUE(identical(picture, kSix)) << to_string(picture);
}

INSTANTIATE_TEST_SUITE_P(Png, EveryPngOfTheSix,
                         ::testing::Values("rgb.png", "rgba.png", "rgb16.png", "palette.png",
                                           "interlaced.png"));

TEST(Png, FewBitsOfGreyBecomeEight) {
  const Tensor grey = read("grey1.png", PictureChannels::grey);
  EXPECT_EQ(grey.shape(), (Shape{2, 10, 1}));
  EXPECT_EQ(grey.number(0), 255);
  EXPECT_EQ(grey.number(1), 0);
  EXPECT_EQ(grey.number(19), 255);
}

TEST(Png, GreyBecomesThreeEqualChannels) {
  EXPECT_TRUE(
      identical(read("grey_alpha.png"), Tensor::of<std::uint8_t>({1, 2, 3}, {0, 0, 0, 200, 200, 200})));
}

TEST(Png, ColoursBecomeGreyByTheirBrightness) {
  const Tensor grey = read("rgb.png", PictureChannels::grey);
  const int expected[] = {76, 150, 29, 0, 255, 18};
  for (int i = 0; i < 6; ++i) EXPECT_NEAR(grey.number(i), expected[i], 1) << i;
}

TEST(Png, TextsAndGammaChangeNothing) {
  EXPECT_TRUE(identical(read("text.png"), Tensor::of<std::uint8_t>({1, 1, 3}, {42, 42, 42})));
}

TEST(Png, WhatIsWrittenIsReadAgain) {
  const TemporaryFolder folder;
  const std::string path = folder / "x.png";
  write_png(path, kSix);
  EXPECT_TRUE(identical(read_picture(path), kSix));
  const Tensor grey = Tensor::of<std::uint8_t>({2, 2, 1}, {0, 1, 254, 255});
  write_png(path, grey.reshape({2, 2}));
  EXPECT_TRUE(identical(read_picture(path, PictureChannels::grey), grey));
}

TEST(Png, OnlyPicturesAreWritten) {
  const auto error = [](const Tensor& tensor) { return message_of([&] { write_png("x.png", tensor); }); };
  EXPECT_EQ(error(Tensor::zeros(DType::f32, {2, 2})),
            "'x.png': a picture is u8[height, width], or has 1 or 3 channels after these, not f32[2, 2]");
  EXPECT_NE(error(Tensor::zeros(DType::u8, {2, 2, 4})), "no error");
  EXPECT_NE(error(Tensor::zeros(DType::u8, {0, 2})), "no error");
}

TEST(Png, SaysWhatIsWrong) {
  EXPECT_EQ(error_in("GIF89a"), "'x', byte 0: expected a PNG picture, which begins otherwise");
  const std::string rgb = read_text(corpus("png/rgb.png"));
  EXPECT_EQ(error_in(rgb.substr(0, 50)), "'x', byte 41: the PNG picture is damaged: it is cut off");
}

TEST(Png, APromiseBeyondTheFileIsRefused) {
  const std::string error = message_of([] { read("large_claim.png"); });
  EXPECT_TRUE(error.ends_with("is larger than what is read, 134217728 pixels")) << error;
  EXPECT_EQ(error_in(read_text(corpus("png/claim.png"))),
            "'x': the header promises 10000 x 10000 pixels, but the bytes that follow cannot hold more than "
            "231168");
}

TEST(Png, DamageIsRefused) {
  expect_damage_within_is_refused("png", [](const std::string& text) { read_png(bytes_of(text), "x"); });
}

}  // namespace
}  // namespace tenon
