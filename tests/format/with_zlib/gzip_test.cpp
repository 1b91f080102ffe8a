#include "format/gzip.h"

#include <gtest/gtest.h>

#include "support/corpus.h"
#include "support/message_of.h"

namespace tenon {
namespace {

// In pieces of `piece` bytes, so that what a source keeps between reads is tested too.
std::string unpack(const std::string& packed, std::size_t piece = 7) {
  const auto source = open_source(bytes_of(packed), "x.gz");
  std::string text;
  std::string buffer(piece, '\0');
  while (const std::size_t got = source->read(std::as_writable_bytes(std::span(buffer)))) {
    text.append(buffer, 0, got);
    EXPECT_EQ(source->offset(), text.size());
  }
  return text;
}

std::string unpack_file(const std::string& name) { return unpack(read_text(corpus("gzip/" + name))); }

TEST(Gzip, IsUnpacked) {
  EXPECT_EQ(unpack_file("text.gz"), "hello hello hello hello\n");
  EXPECT_EQ(unpack_file("two_members.gz"), "onetwo");
  EXPECT_EQ(unpack_file("empty.gz"), "");
  EXPECT_EQ(unpack_file("zeros.gz"), std::string(5000, '\0'));
}

TEST(Gzip, WhatCanStillComeIsBoundedByTheFile) {
  const std::string packed = read_text(corpus("gzip/zeros.gz"));
  const auto source = open_source(bytes_of(packed), "x.gz");
  EXPECT_EQ(source->at_most(), packed.size() * 1032);
  std::string begin(4000, '\0');
  source->read_exactly(std::as_writable_bytes(std::span(begin)), "zeros");
  EXPECT_EQ(source->at_most(), packed.size() * 1032 - 4000);
}

TEST(Gzip, SaysWhatIsWrongAndWhere) {
  const std::string packed = read_text(corpus("gzip/text.gz"));
  EXPECT_EQ(message_of([&] { unpack(packed.substr(0, 12)); }),
            "'x.gz (unpacked)', byte 12 of the compressed data: the compressed data are cut off");
  EXPECT_EQ(
      message_of([&] { unpack(packed + "??"); }),
      "'x.gz (unpacked)', byte 29 of the compressed data: 2 bytes follow the end of the compressed data");
  std::string wrong = packed;
  wrong[wrong.size() - 8] ^= 1;
  EXPECT_EQ(
      message_of([&] { unpack(wrong); }),
      "'x.gz (unpacked)', byte 25 of the compressed data: the compressed data are damaged (incorrect data "
      "check)");
}

TEST(Gzip, DamageIsRefused) {
  const auto cut_between_members = [](const std::string& text) { return text.size() == 23; };
  expect_damage_is_refused("gzip", [&](const std::string& text) {
    if (!is_gzip(bytes_of(text)) || cut_between_members(text)) fail("an empty file, or one whole member");
    unpack(text);
  });
}

}  // namespace
}  // namespace tenon
