// Runs that are killed, on every backend of this build.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "backend/backend.h"
#include "train/runs.h"

namespace tenon {
namespace {

namespace fs = std::filesystem;
using testing::FolderToBe;
using testing::kept;
using testing::lines_of;
using testing::same_tensors;
using testing::sectors;
using testing::small_trainer;
using testing::uninterrupted;

// In a process of its own, which may be killed at any instant. This process must have no threads then.
pid_t train_in_child(const FitOptions& options, const Dataset& data, const std::string& backend) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    small_trainer({.backend = backend}).fit(data, options);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    ::_exit(1);
  }
  ::_exit(0);
}

class Killed : public ::testing::TestWithParam<std::string> {};

TEST_P(Killed, AtTwentyMomentsItGoesOnToTheBit) {
  const FolderToBe folder;
  const Dataset data = sectors(208);
  FitOptions options = kept(folder.path(), 40);
  options.run.every_steps = 1;  // so that many moments fall into the writing of a checkpoint
  // It stays, so that what it compiled need not be compiled again in every child.
  const Trainer never_killed = uninterrupted(options, data, GetParam());
  int kills = 0;
  for (std::uint32_t attempt = 0; kills < 20; ++attempt) {
    ASSERT_LT(attempt, 400u) << "the run ended " << attempt - static_cast<std::uint32_t>(kills) << " times";
    const pid_t child = train_in_child(options, data, GetParam());
    const auto words = philox(7, philox_counter(attempt, 0));
    std::this_thread::sleep_for(std::chrono::microseconds(1000 + words[0] % 30000));
    ::kill(child, SIGKILL);
    const int status = testing::wait_for(child);
    if (WIFSIGNALED(status)) {
      ++kills;
      continue;
    }
    ASSERT_EQ(WEXITSTATUS(status), 0);
    fs::remove_all(folder.path());  // it was over before it could be killed: another run
  }
  Trainer resumed = small_trainer({.backend = GetParam()});
  resumed.fit(data, options);
  EXPECT_TRUE(same_tensors(resumed.weights(), never_killed.weights()));
  EXPECT_EQ(lines_of(folder / "metrics.jsonl").size(), 40);
}

INSTANTIATE_TEST_SUITE_P(On, Killed, ::testing::ValuesIn(backend_names()),
                         [](const auto& on) { return on.param; });

}  // namespace
}  // namespace tenon
