#include <gtest/gtest.h>

#include "support/message_of.h"
#include "tenon/pictures.h"

namespace tenon {
namespace {

Tensor grey(std::int64_t height, std::int64_t width, std::initializer_list<std::uint8_t> values) {
  return Tensor::of<std::uint8_t>({height, width, 1}, values);
}

const Tensor kFour = grey(4, 4, {0, 10, 200, 255, 50, 60, 70, 80, 255, 0, 255, 0, 1, 2, 3, 4});
const Tensor kTwo = grey(2, 2, {0, 10, 50, 60});

void expect_near(const Tensor& found, const Tensor& expected) {
  ASSERT_EQ(found.shape(), expected.shape());
  for (std::int64_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found.number(i), expected.number(i), 1) << i;
}

// The expected values are Pillow's.
TEST(Resize, MadeSmallerIsAveraged) {
  expect_near(resize(kFour, {.height = 2, .width = 2}), grey(2, 2, {59, 131, 72, 58}));
  expect_near(resize(kFour, {.height = 2, .width = 2, .sampling = Sampling::bicubic}),
              grey(2, 2, {52, 143, 75, 52}));
}

TEST(Resize, MadeLargerIsInterpolated) {
  const auto larger = [](Sampling sampling) {
    return resize(kTwo, {.height = 4, .width = 3, .fit = Fit::stretch, .sampling = sampling});
  };
  expect_near(larger(Sampling::bilinear), grey(4, 3, {0, 5, 10, 13, 18, 23, 38, 43, 48, 50, 55, 60}));
  expect_near(larger(Sampling::bicubic), grey(4, 3, {0, 1, 7, 10, 15, 21, 39, 45, 51, 53, 59, 65}));
}

TEST(Resize, NearestTakesWhatIsThere) {
  const Tensor found = resize(kFour, {.height = 2, .width = 2, .sampling = Sampling::nearest});
  EXPECT_TRUE(identical(found, grey(2, 2, {60, 80, 2, 4})));
}

TEST(Resize, EachChannelIsItsOwn) {
  const Tensor picture = Tensor::of<std::uint8_t>({1, 2, 3}, {0, 100, 200, 20, 120, 220});
  const Tensor found = resize(picture, {.height = 1, .width = 1, .fit = Fit::stretch});
  EXPECT_TRUE(identical(found, Tensor::of<std::uint8_t>({1, 1, 3}, {10, 110, 210})));
}

TEST(Resize, CroppingKeepsTheMiddleOfTheLongerSide) {
  const Tensor wide = grey(1, 5, {9, 1, 2, 3, 9});
  EXPECT_TRUE(identical(resize(wide, {.height = 1, .width = 3, .sampling = Sampling::nearest}),
                        grey(1, 3, {1, 2, 3})));
  const Tensor tall = wide.reshape({5, 1, 1});
  EXPECT_TRUE(identical(resize(tall, {.height = 3, .width = 1, .sampling = Sampling::nearest}),
                        grey(3, 1, {1, 2, 3})));
}

TEST(Resize, AShareInTheMiddleCanBeKept) {
  const Resizing half{.height = 2, .width = 2, .sampling = Sampling::nearest, .crop = 0.5};
  EXPECT_TRUE(identical(resize(kFour, half), grey(2, 2, {60, 70, 0, 255})));
}

TEST(Resize, WithoutASizeNothingChanges) { EXPECT_TRUE(identical(resize(kFour, {}), kFour)); }

TEST(Resize, RefusesWhatIsNoPictureOrNoSize) {
  EXPECT_EQ(message_of([] { resize(Tensor::zeros(DType::f32, {2, 2}), {.height = 1, .width = 1}); }),
            "a picture is u8[height, width, channels], not f32[2, 2]");
  EXPECT_EQ(message_of([] { resize(kFour, {.height = 2}); }),
            "a picture cannot be made 0 x 2 pixels: a side is 1 to 32768");
  EXPECT_NE(message_of([] { resize(kFour, {.height = 1 << 20, .width = 1}); }), "no error");
  EXPECT_NE(message_of([] { resize(kFour, {.height = 2, .width = 2, .crop = 0}); }), "no error");
}

}  // namespace
}  // namespace tenon
