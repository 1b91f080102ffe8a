#include <gtest/gtest.h>

#include "format/picture.h"
#include "support/corpus.h"
#include "support/message_of.h"

namespace tenon {
namespace {

Tensor read(const std::string& name, PictureChannels channels = PictureChannels::rgb) {
  return read_picture(corpus("jpeg/" + name), channels);
}

double sum(const Tensor& picture) {
  double sum = 0;
  for (std::int64_t i = 0; i < picture.size(); ++i) sum += picture.number(i);
  return sum;
}

struct Decoded {
  const char* name;
  double sum;  // as Pillow decodes it
  double grey_sum;
};

class EveryJpeg : public ::testing::TestWithParam<Decoded> {};

// The pictures are x * 13, y * 15, (x + y) * 7, squeezed: what Pillow makes of them, we do.
TEST_P(EveryJpeg, IsReadAsOthersReadIt) {
  const Tensor picture = read(GetParam().name);
  EXPECT_EQ(picture.shape(), (Shape{17, 19, 3}));
  EXPECT_NEAR(sum(picture), GetParam().sum, 100);
  EXPECT_NEAR(sum(read(GetParam().name, PictureChannels::grey)), GetParam().grey_sum, 200);
}

INSTANTIATE_TEST_SUITE_P(Jpeg, EveryJpeg,
                         ::testing::Values(Decoded{"rgb.jpg", 115136, 38450},
                                           Decoded{"progressive.jpg", 114645, 38365},
                                           Decoded{"grey.jpg", 115347, 38449},
                                           Decoded{"full_chroma.jpg", 114991, 38451},
                                           Decoded{"restarts.jpg", 114967, 38367}),
                         [](const auto& test) {
                           const std::string name = test.param.name;
                           return name.substr(0, name.find('.'));
                         });

TEST(Jpeg, TheColoursOfPrintAreNotRead) {
  const std::string error = message_of([] { read("cmyk.jpg"); });
  EXPECT_TRUE(error.ends_with("is a JPEG picture in the four colours of print: save it in RGB")) << error;
}

TEST(Jpeg, APromiseBeyondTheFileIsRefused) {
  const std::string error = message_of([] { read("large_claim.jpg"); });
  EXPECT_TRUE(error.ends_with("is larger than what is read, 134217728 pixels")) << error;
  std::string text = read_text(corpus("jpeg/grey.jpg"));
  const std::size_t frame = text.find("\xff\xc0");
  text[frame + 5] = text[frame + 7] = 0x20;
  EXPECT_EQ(
      message_of([&] { read_jpeg(bytes_of(text), "x"); }),
      "'x': the header promises 8211 x 8209 pixels, but the bytes that follow cannot hold more than 208896");
}

TEST(Jpeg, SaysWhatIsWrong) {
  const std::string text = read_text(corpus("jpeg/rgb.jpg"));
  EXPECT_EQ(message_of([&] { read_jpeg(bytes_of(text.substr(0, 700)), "x"); }),
            "'x': the JPEG picture is damaged: Premature end of JPEG file");
  EXPECT_EQ(message_of([] { read_jpeg(bytes_of("GIF89a"), "x"); }),
            "'x', byte 0: expected a JPEG picture, which begins otherwise");
}

TEST(Jpeg, DamageIsRefused) {
  expect_damage_within_is_refused("jpeg", [](const std::string& text) { read_jpeg(bytes_of(text), "x"); });
}

}  // namespace
}  // namespace tenon
