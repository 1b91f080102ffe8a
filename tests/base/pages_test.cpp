#include "base/pages.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <numeric>
#include <vector>

#include "base/files.h"
#include "support/mapped.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

using testing::mapped;

constexpr std::size_t kBytes = 1 << 20;

std::size_t sum(Bytes bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::size_t{0}, [](std::size_t total, std::byte b) {
    return total + std::to_integer<std::size_t>(b);
  });
}

TEST(Pages, OfAFileAreGivenBackAndReadAgain) {
  const TemporaryFolder folder;
  write_atomically(folder / "x", std::string(kBytes, '\1'), Sync::no);
  const auto file = MappedFile::open(folder / "x");
  ASSERT_EQ(sum(file->bytes()), kBytes);
  ASSERT_EQ(mapped(folder / "x").resident, kBytes / 1024);
  release_file_pages(file->bytes());
  EXPECT_EQ(mapped(folder / "x").resident, 0);
  EXPECT_EQ(sum(file->bytes()), kBytes);
}

TEST(Pages, AreGivenBackOnlyWhole) {
  const TemporaryFolder folder;
  write_atomically(folder / "x", std::string(kBytes, '\1'), Sync::no);
  const auto file = MappedFile::open(folder / "x");
  ASSERT_EQ(sum(file->bytes()), kBytes);
  release_file_pages(Bytes(file->bytes()).subspan(1, kBytes - 2));
  EXPECT_EQ(mapped(folder / "x").resident, 2 * sysconf(_SC_PAGESIZE) / 1024);
}

TEST(Pages, ThatWereWrittenToKeepWhatWasWritten) {
  const TemporaryFolder folder;
  write_atomically(folder / "x", std::string(kBytes, '\1'), Sync::no);
  const auto file = MappedFile::open(folder / "x");
  file->bytes()[kBytes / 2] = std::byte{5};
  release_file_pages(file->bytes());
  EXPECT_EQ(sum(file->bytes()), kBytes + 4);
}

TEST(Pages, OfOtherMemoryStay) {
  const std::vector<std::byte> memory(kBytes, std::byte{3});
  release_file_pages(memory);
  EXPECT_EQ(sum(memory), 3 * kBytes);
}

}  // namespace
}  // namespace tenon
