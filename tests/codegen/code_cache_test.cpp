#include "codegen/code_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/files.h"
#include "codegen/loop_builder.h"

namespace tenon::codegen {
namespace {

namespace fs = std::filesystem;

class CodeCaches : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / cat("tenon-cache-", getpid());
    fs::remove_all(folder_);
  }
  void TearDown() override {
    fs::remove_all(folder_);
    unsetenv("TENON_CACHE_DIR");
  }

  fs::path only_file() const {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      EXPECT_TRUE(found.empty()) << "more than one file";
      found = entry.path();
    }
    return found;
  }

  fs::path folder_;
};

TEST_F(CodeCaches, FindWhatWasStored) {
  const CodeCache cache(folder_);
  EXPECT_FALSE(cache.find("a"));
  cache.store("a", bytes_of("code of a"));
  cache.store("b", bytes_of("code of b"));
  EXPECT_EQ(CodeCache(folder_).find("a"), "code of a");
  EXPECT_EQ(cache.find("b"), "code of b");
}

TEST_F(CodeCaches, TakeNothingThatIsDamagedAndReplaceIt) {
  const CodeCache cache(folder_);
  cache.store("a", bytes_of("code"));
  const std::string whole = read_text(only_file());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    std::ofstream(only_file(), std::ios::binary) << damaged;
    EXPECT_FALSE(cache.find("a")) << i;
    std::ofstream(only_file(), std::ios::binary) << whole.substr(0, i);
    EXPECT_FALSE(cache.find("a")) << i;
  }
  cache.store("a", bytes_of("code"));
  EXPECT_EQ(cache.find("a"), "code");
}

TEST_F(CodeCaches, AreNotReadFromAFolderOpenToOthers) {
  CodeCache(folder_).store("a", bytes_of("code"));
  chmod(folder_.c_str(), 0755);
  EXPECT_FALSE(CodeCache(folder_).usable());
  EXPECT_FALSE(CodeCache(folder_).find("a"));
}

TEST_F(CodeCaches, AreNotReadThroughALinkToAFolder) {
  CodeCache(folder_).store("a", bytes_of("code"));
  const fs::path link = folder_.string() + "-link";
  fs::create_directory_symlink(folder_, link);
  EXPECT_FALSE(CodeCache(link).usable());
  fs::remove(link);
}

TEST_F(CodeCaches, StayWithinTheirSize) {
  const CodeCache cache(folder_, 20000);
  const std::string code(3000, 'x');
  for (int i = 0; i < 20; ++i) cache.store(cat(i), bytes_of(code));
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(folder_)) bytes += entry.file_size();
  EXPECT_LE(bytes, 20000u);
  EXPECT_TRUE(cache.find("19"));
}

TEST_F(CodeCaches, BearManyWritersAtOnce) {
  const CodeCache cache(folder_);
  std::vector<std::thread> writers;
  for (int w = 0; w < 4; ++w)
    writers.emplace_back([&, w] {
      for (int i = 0; i < 10; ++i) {
        cache.store(cat(i), bytes_of(cat("code of ", i)));
        const auto found = cache.find(cat((i + w) % 10));
        if (found) {
          EXPECT_EQ(*found, cat("code of ", (i + w) % 10));
        }
      }
    });
  for (std::thread& writer : writers) writer.join();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(cache.find(cat(i)), cat("code of ", i));
}

TEST_F(CodeCaches, AreOffWhereTheEnvironmentSaysSo) {
  const char* const before = std::getenv("TENON_CACHE");
  const std::string kept = before ? before : "";
  setenv("TENON_CACHE_DIR", folder_.c_str(), 1);
  setenv("TENON_CACHE", "off", 1);
  EXPECT_FALSE(CodeCache::standard());
  setenv("TENON_CACHE", "on", 1);
  EXPECT_TRUE(CodeCache::standard());
  before ? setenv("TENON_CACHE", kept.c_str(), 1) : unsetenv("TENON_CACHE");
}

Kernel constant_kernel(double number) {
  KernelBuilder k("constant");
  const Buffer y = k.output(DType::f32, 1);
  k.loop(1, [&](Var) { k.store(y, k.constant(0), k.number(DType::f32, number)); });
  return k.finish();
}

TEST(Content, TellsKernelsAndTargetsApart) {
  const Kernel one = constant_kernel(1), two = constant_kernel(2);
  EXPECT_EQ(content_of({&one, 1}, {Simd::sse}), content_of({&one, 1}, {Simd::sse}));
  EXPECT_NE(content_of({&one, 1}, {Simd::sse}), content_of({&two, 1}, {Simd::sse}));
  EXPECT_NE(content_of({&one, 1}, {Simd::sse}), content_of({&one, 1}, {Simd::avx2}));
}

}  // namespace
}  // namespace tenon::codegen
