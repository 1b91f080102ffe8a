#include "tenon/log.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace tenon {
namespace {

class Log : public testing::Test {
 protected:
  Log() {
    set_log_sink(
        [this](LogLevel level, std::string_view line) { lines_.push_back(cat(name_of(level), " ", line)); });
  }
  ~Log() override {
    set_log_sink({});
    set_log_level(before_);
  }

  LogLevel before_ = log_level();
  std::vector<std::string> lines_;
};

TEST_F(Log, OnlyTheLevelAndWhatIsGraverIsWritten) {
  set_log_level(LogLevel::info);
  log(LogLevel::debug, "unseen");
  log(LogLevel::info, "step ", 3, ", loss ", 0.5);
  log(LogLevel::error, "bad");
  EXPECT_EQ(lines_, (std::vector<std::string>{"info step 3, loss 0.5", "error bad"}));
}

TEST_F(Log, OffIsSilent) {
  set_log_level(LogLevel::off);
  log(LogLevel::error, "unseen");
  EXPECT_TRUE(lines_.empty());
}

TEST_F(Log, LinesOfSeveralThreadsComeOneByOne) {
  set_log_level(LogLevel::warn);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {
      for (int line = 0; line < 100; ++line) log(LogLevel::warn, "line ", line);
    });
  threads.clear();
  EXPECT_EQ(lines_.size(), 400u);
}

TEST_F(Log, ASinkMayLogAndReplaceItself) {
  set_log_level(LogLevel::warn);
  set_log_sink([this](LogLevel, std::string_view) {
    set_log_sink([this](LogLevel, std::string_view line) { lines_.emplace_back(line); });
    log(LogLevel::warn, "from the sink");
  });
  log(LogLevel::warn, "first");
  log(LogLevel::warn, "second");
  EXPECT_EQ(lines_, (std::vector<std::string>{"from the sink", "second"}));
}

// A process reads TENON_LOG once, so each value needs one of its own.
TEST(LogEnvironment, SetsTheLevel) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  ::setenv("TENON_LOG", "debug", 1);
  EXPECT_EXIT(std::exit(log_level() == LogLevel::debug ? 7 : 1), testing::ExitedWithCode(7), "");
  ::setenv("TENON_LOG", "loud", 1);
  EXPECT_EXIT(std::exit(log_level() == LogLevel::warn ? 7 : 1), testing::ExitedWithCode(7),
              "TENON_LOG is 'loud', which is no level");
  ::unsetenv("TENON_LOG");
}

}  // namespace
}  // namespace tenon
