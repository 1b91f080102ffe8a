#include "base/files.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "support/message_of.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

// While it lives, no file of this process can grow beyond `bytes`: what a full disk looks like to a writer.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  sighandler_t handler_;
  rlimit before_{};
};

TEST(Files, AreReadWhole) {
  const TemporaryFolder folder;
  write_atomically(folder / "a.txt", std::string(100'000, 'x'), Sync::no);
  EXPECT_EQ(read_text(folder / "a.txt"), std::string(100'000, 'x'));
}

TEST(Files, WithoutASizeAreReadToTheirEnd) { EXPECT_FALSE(read_text("/proc/self/status").empty()); }

TEST(Files, AMissingFileIsNamed) {
  EXPECT_EQ(message_of([] { read_text("/nowhere/x"); }),
            "cannot open '/nowhere/x': No such file or directory");
  EXPECT_EQ(message_of([] { MappedFile::open("/nowhere/x"); }),
            "cannot open '/nowhere/x': No such file or directory");
}

TEST(Files, AFolderIsNotAFile) {
  EXPECT_EQ(message_of([] { read_text("/tmp"); }), "cannot read '/tmp': Is a directory");
  EXPECT_EQ(message_of([] { MappedFile::open("/tmp"); }), "cannot read '/tmp': Is a directory");
}

TEST(MappedFile, WritingToItLeavesTheFileAlone) {
  const TemporaryFolder folder;
  write_atomically(folder / "a", "hello");
  const auto mapped = MappedFile::open(folder / "a");
  mapped->bytes()[0] = std::byte{'J'};
  EXPECT_EQ(text_of(mapped->bytes()), "Jello");
  EXPECT_EQ(read_text(folder / "a"), "hello");
}

TEST(MappedFile, MayBeEmpty) {
  const TemporaryFolder folder;
  write_atomically(folder / "a", "");
  EXPECT_TRUE(MappedFile::open(folder / "a")->bytes().empty());
}

TEST(MappedFile, KeepsWhatWasThereWhenTheFileIsReplaced) {
  const TemporaryFolder folder;
  write_atomically(folder / "a", "old");
  const auto mapped = MappedFile::open(folder / "a");
  write_atomically(folder / "a", "new");
  EXPECT_EQ(text_of(mapped->bytes()), "old");
}

TEST(FileWriter, PadsAndCounts) {
  const TemporaryFolder folder;
  write_atomically(folder / "a", [](FileWriter& file) {
    file.write("abc");
    file.pad_to(64);
    EXPECT_EQ(file.position(), 64u);
    file.pad_to(64);
    file.write(std::string(200'000, 'z'));  // more than the buffer holds
    EXPECT_EQ(file.position(), 200'064u);
  });
  EXPECT_EQ(read_text(folder / "a"), "abc" + std::string(61, '\0') + std::string(200'000, 'z'));
}

TEST(FileWriter, DoesNotOverwrite) {
  const TemporaryFolder folder;
  write_atomically(folder / "a", "old");
  EXPECT_THROW(FileWriter(folder / "a"), Error);
}

TEST(AtomicWrite, AnExceptionLeavesTheOldFileAndNothingElse) {
  const TemporaryFolder folder;
  write_atomically(folder / "a", "old");
  const auto broken = [](FileWriter& file) {
    file.write(std::string(200'000, 'z'));
    throw std::runtime_error("broken");
  };
  EXPECT_THROW(write_atomically(folder / "a", broken), std::runtime_error);
  EXPECT_EQ(read_text(folder / "a"), "old");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a"});
}

TEST(AtomicWrite, AFullDiskLosesNothing) {
  const TemporaryFolder folder;
  write_atomically(folder / "a", "old");
  {
    const FileSizeLimit limit(100'000);
    EXPECT_EQ(message_of([&] { write_atomically(folder / "a", std::string(200'000, 'z')); }),
              "cannot write '" + folder / "a" + "': File too large");
    EXPECT_EQ(message_of([&] { write_atomically(folder / "a", std::string(100'001, 'z')); }),
              "cannot write '" + folder / "a" + "': File too large");
  }
  EXPECT_EQ(read_text(folder / "a"), "old");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"a"});
}

TEST(AtomicWrite, FollowsALink) {
  const TemporaryFolder folder;
  write_atomically(folder / "real", "old");
  fs::create_symlink("real", folder / "link");
  write_atomically(folder / "link", "new");
  EXPECT_EQ(read_text(folder / "real"), "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
}

TEST(AtomicWrite, RefusesWhatIsNotAFile) {
  EXPECT_EQ(message_of([] { write_atomically("/dev/null", "x"); }),
            "cannot write '/dev/null': it is there and is not a regular file");
}

TEST(AtomicWrite, NamesTheFileWhoseFolderIsMissing) {
  EXPECT_EQ(message_of([] { write_atomically("/nowhere/a", "x"); }),
            "cannot create '/nowhere/a': No such file or directory");
}

void write_checkpoint(const std::string& folder, std::string_view weights) {
  publish_folder(folder, [&](const std::string& temporary) {
    FileWriter file(temporary + "/weights");
    file.write(weights);
    file.close();
  });
}

TEST(PublishFolder, AppearsWhole) {
  const TemporaryFolder folder;
  publish_folder(folder / "c/", [&](const std::string& temporary) {
    EXPECT_FALSE(fs::exists(folder / "c"));
    FileWriter(temporary + "/empty").close();
  });
  EXPECT_EQ(names_in(folder / "c"), std::vector<std::string>{"empty"});
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"c"});
}

TEST(PublishFolder, ReplacesTheOneThatIsThere) {
  const TemporaryFolder folder;
  write_checkpoint(folder / "c", "old");
  write_checkpoint(folder / "c", "new");
  EXPECT_EQ(read_text(folder / "c/weights"), "new");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"c"});
}

TEST(PublishFolder, AFullDiskLosesNothing) {
  const TemporaryFolder folder;
  write_checkpoint(folder / "c", "old");
  {
    const FileSizeLimit limit(1000);
    EXPECT_THROW(write_checkpoint(folder / "c", std::string(1001, 'z')), Error);
  }
  EXPECT_EQ(read_text(folder / "c/weights"), "old");
  EXPECT_EQ(names_in(folder.path()), std::vector<std::string>{"c"});
}

TEST(Leftovers, OfAKilledWriterAreRemovedAndOthersStay) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    write_atomically(folder / "a", [](FileWriter&) { ::raise(SIGKILL); });
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(names_in(folder.path()).size(), 1u);
  write_atomically(folder / "a.tmp-notes", "mine");
  write_atomically(folder / "a", [&](FileWriter&) {
    remove_leftovers(folder / "a");  // this process is alive: what it is writing stays
    EXPECT_EQ(names_in(folder.path()).size(), 2u);
  });
  EXPECT_EQ(names_in(folder.path()), (std::vector<std::string>{"a", "a.tmp-notes"}));
}

}  // namespace
}  // namespace tenon
