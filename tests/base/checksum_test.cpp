#include "base/checksum.h"

#include <gtest/gtest.h>

#include <string>

namespace tenon {
namespace {

TEST(Checksum, MatchesThePublishedValuesOfXxh64) {
  EXPECT_EQ(checksum(bytes_of("")), 0xef46db3751d8e999u);
  EXPECT_EQ(checksum(bytes_of("a")), 0xd24ec4f1a98c6e5bu);
  EXPECT_EQ(checksum(bytes_of("abc")), 0x44bc2cf5ad770999u);
  EXPECT_EQ(checksum(bytes_of("Nobody inspects the spammish repetition")), 0xfbcea83c8a378bf1u);
}

TEST(Checksum, DoesNotDependOnHowTheBytesArrive) {
  std::string text;
  for (int i = 0; i < 100; ++i) text.push_back(static_cast<char>(i * 7));
  for (std::size_t first = 0; first <= text.size(); ++first) {
    Checksum sum;
    sum.add(bytes_of(text).first(first));
    sum.add(bytes_of(text).subspan(first));
    EXPECT_EQ(sum.value(), checksum(bytes_of(text))) << "split at " << first;
  }
}

TEST(Checksum, EveryFlippedBitShows) {
  std::string text = "sixty-seven bytes: two whole stripes of thirty-two and a tail of 3.";
  const std::uint64_t whole = checksum(bytes_of(text));
  for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
    text[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_NE(checksum(bytes_of(text)), whole);
    text[bit / 8] ^= static_cast<char>(1 << bit % 8);
  }
}

TEST(Crc32, MatchesTheCheckValueInOnePieceAndInTwo) {
  EXPECT_EQ(crc32(bytes_of("123456789")), 0xCBF43926u);
  EXPECT_EQ(crc32(bytes_of("6789"), crc32(bytes_of("12345"))), 0xCBF43926u);
  EXPECT_EQ(crc32({}), 0u);
}

}  // namespace
}  // namespace tenon
