#include "format/npz.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "format/zip.h"
#include "format/zip_layout.h"
#include "support/corpus.h"
#include "support/message_of.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

std::string error_in(const std::string& text) {
  return message_of([&] { read_npz(bytes_of(text), "x.npz"); });
}

std::string archive_of(const NamedTensors& tensors) {
  const TemporaryFolder folder;
  write_npz(folder / "x.npz", tensors);
  return read_text(folder / "x.npz");
}

// `text` with its first record of this kind changed, found by its signature.
template <class Record, class Change>
std::string changed(std::string text, Change&& change) {
  std::string signature;
  append_value(signature, Record{}.signature);
  const std::size_t at = text.find(signature);
  auto record = load<Record>(bytes_of(text).data() + at);
  change(record);
  std::string bytes;
  append_value(bytes, record);
  return text.replace(at, bytes.size(), bytes);
}

const NamedTensors kTwo = {{"a", Tensor::of<std::int32_t>({3}, {0, 1, 2})},
                           {"layer/b", Tensor::of<double>({2, 2}, {1, 1, 1, 1})}};

void expect_equal(const NamedTensors& read, const NamedTensors& expected) {
  ASSERT_EQ(read.size(), expected.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].first, expected[i].first);
    EXPECT_TRUE(identical(read[i].second, expected[i].second)) << to_string(read[i].second);
  }
}

TEST(Npz, ReadsWhatNumpyStores) {
  expect_equal(read_npz(corpus("npz/stored.npz")), kTwo);
  expect_equal(read_npz(corpus("npz/empty.npz")), {});
}

TEST(Npz, ComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  write_npz(folder / "x.npz", kTwo);
  expect_equal(read_npz(folder / "x.npz"), kTwo);
}

TEST(Npz, TheSameContentGivesTheSameFile) { EXPECT_EQ(archive_of(kTwo), archive_of(kTwo)); }

TEST(Npz, TwoTensorsOfOneNameAreRefused) {
  const NamedTensors twice = {kTwo[0], kTwo[0]};
  EXPECT_THROW(archive_of(twice), Error);
  std::string text = archive_of({{"a", kTwo[0].second}, {"b", kTwo[0].second}});
  text[text.rfind("b.npy")] = 'a';
  EXPECT_EQ(error_in(text), "'x.npz': two tensors are called 'a'");
}

TEST(Npz, OtherFilesInTheArchiveAreRefused) {
  EXPECT_EQ(error_in(read_text(corpus("npz/no_array.npz"))),
            "'x.npz': expected NPY files in it, found 'notes.txt'");
}

TEST(Npz, DamagedDataAreNoticed) {
  std::string text = archive_of({{"a", Tensor::of<std::uint8_t>({3}, {65, 66, 67})}});
  text[text.find("ABC")] ^= 1;
  EXPECT_EQ(error_in(text),
            "'x.npz: a.npy', byte 131: the data are damaged: their checksum is not the directory's");
}

TEST(Npz, SaysWhatIsWrongAndWhere) {
  const std::string text = archive_of({kTwo[0]});
  const std::string numpys = read_text(corpus("npz/stored.npz"));  // has 32-bit sizes
  EXPECT_EQ(error_in("no archive"),
            "'x.npz', byte 10: expected a ZIP file (such as NPZ), but it has no directory: is it cut off?");
  EXPECT_NE(error_in(changed<zip::DirectoryEntry>(text, [](auto& entry) { entry.flags |= zip::kEncrypted; }))
                .find("'a.npy' is encrypted"),
            std::string::npos);
  EXPECT_NE(error_in(changed<zip::DirectoryEntry>(text, [](auto& entry) { entry.method = 14; }))
                .find("'a.npy' is compressed by method 14; only deflate is supported"),
            std::string::npos);
  EXPECT_NE(error_in(changed<zip::DirectoryEntry>(numpys, [](auto& entry) { entry.size = 1; }))
                .find("'a.npy' is stored, but its two sizes differ"),
            std::string::npos);
  EXPECT_NE(error_in(changed<zip::LocalHeader>(text, [](auto& header) { header.name_length = 60000; }))
                .find("expected the data of an entry of 140 bytes, but the file has only"),
            std::string::npos);
}

// Many entries on the same compressed bytes would unpack to many times what the file can hold.
TEST(Npz, EntriesThatShareBytesAreRefused) {
  const std::string text = archive_of({{"a", kTwo[0].second}, {"b", kTwo[0].second}});
  std::string offset_of_b;
  append_value(offset_of_b, std::uint64_t{sizeof(zip::LocalHeader) + 5 + 20 + 140});
  const std::size_t at = text.rfind(offset_of_b);
  ASSERT_NE(at, std::string::npos);
  std::string shared = text;
  shared.replace(at, 8, 8, '\0');
  EXPECT_EQ(error_in(shared), "'x.npz', byte 0: two entries overlap");
}

TEST(Npz, APromiseBeyondTheFileIsRefused) {
  const std::string text =
      changed<zip::End64>(archive_of({kTwo[0]}), [](auto& end) { end.entries = std::uint64_t{1} << 60; });
  EXPECT_NE(error_in(text).find("expected a directory entry of a ZIP file"), std::string::npos);
}

TEST(Npz, DamageIsRefused) {
  expect_damage_is_refused("npz", [](const std::string& text) { read_npz(bytes_of(text), "x"); });
}

}  // namespace
}  // namespace tenon
