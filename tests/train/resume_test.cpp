// Runs that are stopped, killed or damaged, and go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "base/files.h"
#include "train/problem.h"

namespace tenon {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::same_tensors;
using testing::sectors;
using testing::small_trainer;
using testing::TemporaryFolder;

FitOptions kept(const std::string& folder, std::int64_t epochs) {
  FitOptions options{.epochs = epochs, .batch = 16, .progress = Progress::quiet};
  options.schedule = schedule::linear();
  options.run = {.folder = folder, .recipe = "seed = 0\n", .resume = true, .every_steps = 2};
  return options;
}

NamedTensors uninterrupted(const FitOptions& options, const Dataset& data) {
  Trainer trainer = small_trainer();
  FitOptions plain = options;
  plain.run = {};
  trainer.fit(data, plain);
  return trainer.weights();
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Trains until that many steps were done, as if asked to stop by Ctrl-C.
void train_until(std::int64_t step, FitOptions options, const Dataset& data) {
  std::atomic<bool> stop = false;
  options.stop = &stop;
  options.on_step = [&](const StepReport& report) { stop = report.step >= step; };
  Trainer trainer = small_trainer();
  EXPECT_TRUE(trainer.fit(data, options).stopped);
}

TEST(Resume, GoesOnToTheBitFromTheMiddleOfAnEpoch) {
  const TemporaryFolder folder;
  const Dataset data = sectors(72);
  const FitOptions options = kept(folder.path(), 3);
  train_until(7, options, data);  // of 5 steps an epoch
  Trainer resumed = small_trainer();
  const FitReport report = resumed.fit(data, options);
  EXPECT_EQ(report.steps, 15);
  EXPECT_EQ(report.epochs.size(), 2);
  EXPECT_TRUE(same_tensors(resumed.weights(), uninterrupted(options, data)));
}

TEST(Resume, ReportsTheEpochThatWasCutAsIfItHadNotBeen) {
  const TemporaryFolder folder;
  const Dataset data = sectors(72);
  const FitOptions options = kept(folder.path(), 2);
  train_until(7, options, data);
  Trainer resumed = small_trainer();
  const EpochReport cut = resumed.fit(data, options).epochs.at(0);
  Trainer whole = small_trainer();
  FitOptions plain = options;
  plain.run = {};
  const EpochReport uncut = whole.fit(data, plain).epochs.at(1);
  EXPECT_EQ(cut.train.loss, uncut.train.loss);
  EXPECT_EQ(cut.train.metrics, uncut.train.metrics);
  EXPECT_EQ(cut.train.items, 72);
}

TEST(Resume, OfAFinishedRunChangesNothing) {
  const TemporaryFolder folder;
  const Dataset data = sectors(48);
  const FitOptions options = kept(folder.path(), 1);
  Trainer first = small_trainer();
  first.fit(data, options);
  Trainer again = small_trainer();
  EXPECT_TRUE(again.fit(data, options).epochs.empty());
  EXPECT_TRUE(same_tensors(first.weights(), again.weights()));
}

TEST(Resume, DropsMetricsWrittenAfterTheCheckpoint) {
  const TemporaryFolder folder;
  const Dataset data = sectors(72);
  const FitOptions options = kept(folder.path(), 2);
  train_until(7, options, data);
  ASSERT_EQ(lines_of(folder / "metrics.jsonl").size(), 1);
  std::ofstream(folder / "metrics.jsonl", std::ios::app) << "{\"epoch\":2}\n";
  small_trainer().fit(data, options);
  const auto lines = lines_of(folder / "metrics.jsonl");
  ASSERT_EQ(lines.size(), 2);
  EXPECT_THAT(lines[1], HasSubstr("\"epoch\": 2, \"step\": 10"));
}

TEST(RunFolder, HoldsWhatARunIs) {
  const TemporaryFolder folder;
  const Dataset data = sectors(48);
  Trainer trainer = small_trainer();
  trainer.fit(data, kept(folder.path(), 2));
  const SavedRun run = open_run(folder.path());
  EXPECT_EQ(run.recipe, "seed = 0\n");
  EXPECT_EQ(run.epoch, 2);
  EXPECT_EQ(run.step, 6);
  EXPECT_EQ(print(*run.model.program), print(*trainer.model().program));
  EXPECT_TRUE(same_tensors(run.model.weights, trainer.weights()));
  EXPECT_EQ(run.model.class_names, data.class_names());
}

TEST(RunFolder, KeepsTheLastTwoCheckpoints) {
  const TemporaryFolder folder;
  small_trainer().fit(sectors(160), kept(folder.path(), 2));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "checkpoints"), fs::directory_iterator()), 2);
}

TEST(RunFolder, ANewRunDoesNotOverwriteAnother) {
  const TemporaryFolder folder;
  FitOptions options = kept(folder.path(), 1);
  small_trainer().fit(sectors(48), options);
  options.run.resume = false;
  EXPECT_THAT(message_of([&] { small_trainer().fit(sectors(48), options); }),
              HasSubstr("holds a run already"));
}

TEST(RunFolder, AnotherSeedOrBatchCannotGoOn) {
  const TemporaryFolder folder;
  FitOptions options = kept(folder.path(), 1);
  small_trainer().fit(sectors(48), options);
  EXPECT_THAT(message_of([&] { small_trainer({.seed = 4}).fit(sectors(48), options); }),
              HasSubstr("it cannot go on with seed 4"));
  options.batch = 8;
  EXPECT_THAT(message_of([&] { small_trainer().fit(sectors(48), options); }), HasSubstr("batches of 8"));
}

TEST(RunFolder, AnotherOptimiserCannotGoOn) {
  const TemporaryFolder folder;
  const FitOptions options = kept(folder.path(), 1);
  small_trainer().fit(sectors(48), options);
  Trainer other(testing::small_net(), optim::Sgd{}, loss::cross_entropy, {.backend = "reference"});
  EXPECT_THAT(message_of([&] { other.fit(sectors(48), options); }), HasSubstr("do not have"));
}

TEST(RunFolder, DamagedProgressIsAnErrorThatNamesTheFile) {
  const TemporaryFolder folder;
  const FitOptions options = kept(folder.path(), 1);
  small_trainer().fit(sectors(48), options);
  const std::string latest = lines_of(folder / "latest").at(0);
  const std::string progress = folder / ("checkpoints/" + latest + "/progress.json");
  const std::string whole = read_text(progress);
  for (std::size_t length = 0; length + 2 < whole.size(); length += 7) {
    std::ofstream(progress, std::ios::trunc) << whole.substr(0, length);
    EXPECT_THAT(message_of([&] { open_run(folder.path()); }), HasSubstr("progress.json"));
  }
  std::ofstream(folder / "latest", std::ios::trunc) << "../../elsewhere\n";
  EXPECT_THAT(message_of([&] { open_run(folder.path()); }), HasSubstr("not the name of a checkpoint"));
}

TEST(RunFolder, AFolderWithoutARunIsSaid) {
  const TemporaryFolder folder;
  EXPECT_THAT(message_of([&] { open_run(folder.path()); }), HasSubstr("is no run folder"));
  fs::create_directory(folder.path());
  EXPECT_THAT(message_of([&] { open_run(folder.path()); }), HasSubstr("holds no checkpoint yet"));
}

// In a process of its own, which may be killed at any instant. It must not be one with threads, so the
// trainer is made after the fork.
pid_t train_in_child(const FitOptions& options, const Dataset& data) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    small_trainer().fit(data, options);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    ::_exit(1);
  }
  ::_exit(0);
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(Resume, KilledAtTwentyMomentsItGoesOnToTheBit) {
  const TemporaryFolder folder;
  const Dataset data = sectors(208);
  FitOptions options = kept(folder.path(), 40);
  options.run.every_steps = 1;  // so that many moments fall into the writing of a checkpoint
  int kills = 0;
  for (std::uint32_t attempt = 0; kills < 20; ++attempt) {
    ASSERT_LT(attempt, 400u) << "the run ended " << attempt - static_cast<std::uint32_t>(kills) << " times";
    const pid_t child = train_in_child(options, data);
    const auto words = philox(7, philox_counter(attempt, 0));
    std::this_thread::sleep_for(std::chrono::microseconds(1000 + words[0] % 30000));
    ::kill(child, SIGKILL);
    const int status = wait_for(child);
    if (WIFSIGNALED(status)) {
      ++kills;
      continue;
    }
    ASSERT_EQ(WEXITSTATUS(status), 0);
    fs::remove_all(folder.path());  // it was over before it could be killed: another run
  }
  Trainer resumed = small_trainer();
  resumed.fit(data, options);
  EXPECT_TRUE(same_tensors(resumed.weights(), uninterrupted(options, data)));
  EXPECT_EQ(lines_of(folder / "metrics.jsonl").size(), 40);
}

TEST(Resume, AFullDiskKeepsTheEarlierCheckpoint) {
  const TemporaryFolder folder;
  const Dataset data = sectors(48);
  small_trainer().fit(data, kept(folder.path(), 1));
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit tiny{64, 64};  // bytes a file: no checkpoint can be written
    ::setrlimit(RLIMIT_FSIZE, &tiny);
    const std::string message = message_of([&] { small_trainer().fit(data, kept(folder.path(), 2)); });
    ::_exit(message.find("checkpoints") != std::string::npos ? 0 : 1);
  }
  EXPECT_EQ(wait_for(child), 0);
  const SavedRun run = open_run(folder.path());
  EXPECT_EQ(run.step, 3);
  Trainer resumed = small_trainer();
  resumed.fit(data, kept(folder.path(), 2));
  EXPECT_EQ(open_run(folder.path()).step, 6);
}

}  // namespace
}  // namespace tenon
