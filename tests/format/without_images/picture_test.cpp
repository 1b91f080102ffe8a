#include "format/picture.h"

#include <gtest/gtest.h>

#include "support/corpus.h"
#include "support/message_of.h"

namespace tenon {
namespace {

TEST(PicturesAbsent, AreSaid) {
  const std::string text = read_text(corpus("png/rgb.png"));
  EXPECT_EQ(message_of([&] { read_png(bytes_of(text), "x.png"); }),
            "'x.png' is a picture, and this build reads none: build with libpng and libjpeg-turbo");
}

}  // namespace
}  // namespace tenon
