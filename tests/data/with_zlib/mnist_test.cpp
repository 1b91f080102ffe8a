#include <gtest/gtest.h>

#include "tenon/data.h"

namespace tenon {
namespace {

TEST(Mnist, IsReadWithItsNames) {
  const auto [train, test] = data::mnist(TENON_SOURCE_DIR "/data/mnist");
  EXPECT_EQ(train.column("x").shape(), (Shape{60000, 28, 28}));
  EXPECT_EQ(train.column("y").shape(), (Shape{60000}));
  EXPECT_EQ(test.size(), 10000);
  EXPECT_EQ(train.column("y").number(0), 5);
  EXPECT_EQ(test.class_names()[3], "3");
}

}  // namespace
}  // namespace tenon
