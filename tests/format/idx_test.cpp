#include "format/idx.h"

#include <gtest/gtest.h>

#include "support/corpus.h"
#include "support/message_of.h"

namespace tenon {
namespace {

using namespace std::string_literals;

std::string error_in(const std::string& text) {
  return message_of([&] { read_idx(bytes_of(text), "x"); });
}

void expect_file(const std::string& name, const Tensor& expected) {
  const Tensor read = read_idx(corpus("idx/" + name));
  EXPECT_TRUE(identical(read, expected)) << name << " is " << to_string(read);
}

TEST(Idx, ReadsEveryElementType) {
  expect_file("u8.idx", Tensor::of<std::uint8_t>({3, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
  expect_file("i8.idx", Tensor::of<std::int8_t>({2}, {-1, 2}));
  expect_file("i16.idx", Tensor::of<std::int16_t>({2}, {-300, 2}));
  expect_file("i32.idx", Tensor::of<std::int32_t>({1, 2}, {-70000, 2}));
  expect_file("f32.idx", Tensor::of<float>({2}, {0.5f, -2}));
  expect_file("f64.idx", Tensor::of<double>({2}, {0.1, -2}));
  expect_file("empty.idx", Tensor::of<std::uint8_t>({0, 28, 28}, {}));
  expect_file("scalar.idx", Tensor::of<std::uint8_t>({}, {7}));
}

TEST(Idx, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(error_in("\0\0"s), "'x', byte 0: expected 4 bytes of an IDX header, but only 2 are there");
  EXPECT_EQ(error_in("PK\3\4"s), "'x', byte 0: expected an IDX file, which begins with two zero bytes");
  EXPECT_EQ(error_in("\0\0\7\1"s),
            "'x', byte 2: expected the code of an IDX element type (8, 9, or 11 to 14), found 7");
  EXPECT_EQ(error_in("\0\0\10\1\0\0"s), "'x', byte 4: expected 4 bytes of a dimension, but only 2 are there");
  EXPECT_EQ(error_in("\0\0\10\1\0\0\0\1ab"s),
            "'x', byte 9: expected the end, but there are more bytes than the header promises");
  EXPECT_EQ(message_of([] { read_idx("/nowhere/x"); }),
            "cannot open '/nowhere/x': No such file or directory");
}

// The refusal comes before the allocation: of 2^60 bytes that would say "out of memory".
TEST(Idx, APromiseBeyondTheFileIsRefused) {
  EXPECT_EQ(error_in("\0\0\10\2\x40\0\0\0\x40\0\0\0abc"s),
            "'x', byte 12: the header promises a tensor of u8[1073741824, 1073741824], but no more than 3 "
            "bytes can "
            "follow");
  EXPECT_EQ(
      error_in("\0\0\16\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s),
      "'x', byte 16: the header promises a tensor of f64[4294967295, 4294967295, 4294967295], but no more "
      "than 0 bytes can follow");
}

TEST(Idx, DamageIsRefused) {
  expect_damage_is_refused("idx", [](const std::string& text) { read_idx(bytes_of(text), "x"); });
}

}  // namespace
}  // namespace tenon
