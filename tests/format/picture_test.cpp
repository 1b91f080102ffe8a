#include "format/picture.h"

#include <gtest/gtest.h>

#include "support/corpus.h"
#include "support/message_of.h"

namespace tenon {
namespace {

TEST(Picture, IsKnownByItsName) {
  EXPECT_TRUE(names_picture("a/b.JPG"));
  EXPECT_TRUE(names_picture("b.jpeg"));
  EXPECT_TRUE(names_picture("b.png"));
  EXPECT_FALSE(names_picture("b.npy"));
  EXPECT_FALSE(names_picture("png"));
}

TEST(Picture, OfAnotherKindIsRefused) {
  const std::string path = corpus("idx/u8.idx");
  EXPECT_EQ(message_of([&] { read_picture(path); }),
            "'" + path + "', byte 0: expected a PNG or a JPEG picture, which begin otherwise");
}

}  // namespace
}  // namespace tenon
