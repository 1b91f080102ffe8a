#include "runtime/executors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

namespace tenon {
namespace {

TEST(Executors, RunWhatIsHandedToThem) {
  Executors executors(4);
  int answer = 0;
  executors.run(2, [&] { answer = 7; });
  EXPECT_EQ(answer, 7);
}

TEST(Executors, KeepWhatRunsAtOnceWithinTheBudget) {
  std::atomic<int> running = 0, most = 0, done = 0;
  {
    Executors executors(4);
    for (int job = 0; job < 40; ++job) {
      const int threads = 1 + job % 3;
      executors.start(threads, [&, threads] {
        const int now = running += threads;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) continue;
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        running -= threads;
        ++done;
      });
    }
  }
  EXPECT_EQ(done, 40);
  EXPECT_LE(most, 4);
}

TEST(Executors, RunPlansOfMoreThreadsThanTheBudgetAlone) {
  Executors executors(2);
  bool ran = false;
  executors.run(64, [&] { ran = true; });
  EXPECT_TRUE(ran);
}

TEST(Executors, HandErrorsBack) {
  Executors executors(1);
  EXPECT_THROW(executors.run(1, [] { throw std::runtime_error("no"); }), std::runtime_error);
  executors.run(1, [] {});
}

TEST(Executors, RunWhatOneOfThemAsksForItself) {
  Executors executors(1);
  bool ran = false;
  executors.run(1, [&] { executors.run(1, [&] { ran = true; }); });
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace tenon
