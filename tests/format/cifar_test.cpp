#include "format/cifar.h"

#include <gtest/gtest.h>

#include "support/corpus.h"
#include "support/message_of.h"

namespace tenon {
namespace {

std::string error_in(const std::string& text, Cifar kind = Cifar::ten) {
  return message_of([&] { read_cifar(bytes_of(text), "x", kind); });
}

TEST(Cifar, ReadsPixelsInPlanesAndLabels) {
  const NamedTensors columns = read_cifar(corpus("cifar/ten.bin"), Cifar::ten);
  ASSERT_EQ(columns.size(), 2u);
  const Tensor& x = *find(columns, "x");
  EXPECT_EQ(x.dtype(), DType::u8);
  EXPECT_EQ(x.shape(), (Shape{2, 3, 32, 32}));
  EXPECT_EQ(x.number(3), 21);
  EXPECT_EQ(x.number(3072 + 1024), 1024 * 7 % 256);
  EXPECT_TRUE(identical(*find(columns, "y"), Tensor::of<std::uint8_t>({2}, {3, 9})));
}

TEST(Cifar, OfAHundredClassesHasTwoLabels) {
  const NamedTensors columns = read_cifar(corpus("cifar/hundred.bin"), Cifar::hundred);
  EXPECT_EQ(find(columns, "y")->number(), 99);
  EXPECT_EQ(find(columns, "coarse")->number(), 19);
  EXPECT_EQ(find(columns, "x")->number(3), 21);
}

TEST(Cifar, SaysWhatIsWrong) {
  std::string text = read_text(corpus("cifar/ten.bin"));
  EXPECT_EQ(
      error_in(text.substr(0, 4000)),
      "'x': expected records of 3073 bytes, but there are 4000 bytes: it is cut off, or no such file of "
      "CIFAR");
  EXPECT_NE(error_in(""), "no error");
  text[3073] = 10;
  EXPECT_EQ(error_in(text), "'x', byte 3073: expected a label below 10, found 10");
}

}  // namespace
}  // namespace tenon
