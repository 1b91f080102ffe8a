// Runs that are stopped, killed or damaged, and go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "base/files.h"
#include "support/message_of.h"
#include "train/runs.h"

namespace tenon {
namespace {

namespace fs = std::filesystem;
using testing::FolderToBe;
using ::testing::HasSubstr;
using testing::kept;
using testing::lines_of;
using testing::same_tensors;
using testing::sectors;
using testing::small_trainer;
using testing::uninterrupted;

// Trains until that many steps were done, as if asked to stop by Ctrl-C.
void train_until(std::int64_t step, FitOptions options, const Dataset& data) {
  std::atomic<bool> stop = false;
  options.stop = &stop;
  options.on_step = [&](const StepReport& report) { stop = report.step >= step; };
  Trainer trainer = small_trainer();
  EXPECT_TRUE(trainer.fit(data, options).stopped);
}

TEST(Resume, GoesOnToTheBitFromTheMiddleOfAnEpoch) {
  const FolderToBe folder;
  const Dataset data = sectors(72);
  const FitOptions options = kept(folder.path(), 3);
  train_until(7, options, data);  // of 5 steps an epoch
  Trainer resumed = small_trainer();
  const FitReport report = resumed.fit(data, options);
  EXPECT_EQ(report.steps, 15);
  EXPECT_EQ(report.epochs.size(), 2);
  EXPECT_TRUE(same_tensors(resumed.weights(), uninterrupted(options, data).weights()));
}

TEST(Resume, ReportsTheEpochThatWasCutAsIfItHadNotBeen) {
  const FolderToBe folder;
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
  const FolderToBe folder;
  const Dataset data = sectors(48);
  const FitOptions options = kept(folder.path(), 1);
  Trainer first = small_trainer();
  first.fit(data, options);
  Trainer again = small_trainer();
  EXPECT_TRUE(again.fit(data, options).epochs.empty());
  EXPECT_TRUE(same_tensors(first.weights(), again.weights()));
}

TEST(Resume, DropsMetricsWrittenAfterTheCheckpoint) {
  const FolderToBe folder;
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
  const FolderToBe folder;
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
  const FolderToBe folder;
  small_trainer().fit(sectors(160), kept(folder.path(), 2));
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "checkpoints"), fs::directory_iterator()), 2);
}

TEST(RunFolder, ANewRunDoesNotOverwriteAnother) {
  const FolderToBe folder;
  FitOptions options = kept(folder.path(), 1);
  small_trainer().fit(sectors(48), options);
  options.run.resume = false;
  EXPECT_THAT(message_of([&] { small_trainer().fit(sectors(48), options); }),
              HasSubstr("holds a run already"));
}

TEST(RunFolder, AnotherSeedOrBatchCannotGoOn) {
  const FolderToBe folder;
  FitOptions options = kept(folder.path(), 1);
  small_trainer().fit(sectors(48), options);
  EXPECT_THAT(message_of([&] { small_trainer({.seed = 4}).fit(sectors(48), options); }),
              HasSubstr("it cannot go on with seed 4"));
  options.batch = 8;
  EXPECT_THAT(message_of([&] { small_trainer().fit(sectors(48), options); }), HasSubstr("batches of 8"));
}

TEST(RunFolder, AnotherOptimiserCannotGoOn) {
  const FolderToBe folder;
  const FitOptions options = kept(folder.path(), 1);
  small_trainer().fit(sectors(48), options);
  Trainer other(testing::small_net(), optim::Sgd{}, loss::cross_entropy, {.backend = "reference"});
  EXPECT_THAT(message_of([&] { other.fit(sectors(48), options); }), HasSubstr("do not have"));
}

TEST(RunFolder, DamagedProgressIsAnErrorThatNamesTheFile) {
  const FolderToBe folder;
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
  const FolderToBe folder;
  EXPECT_THAT(message_of([&] { open_run(folder.path()); }), HasSubstr("is no run folder"));
  fs::create_directory(folder.path());
  EXPECT_THAT(message_of([&] { open_run(folder.path()); }), HasSubstr("holds no checkpoint yet"));
}

// No file may grow beyond `most_bytes` in the child, so some file of a checkpoint, or all, cannot be written.
void train_on_a_full_disk(rlim_t most_bytes, const FitOptions& options, const Dataset& data) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{most_bytes, most_bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string message = message_of([&] { small_trainer().fit(data, options); });
    ::_exit(message.find("File too large") != std::string::npos ? 0 : 1);
  }
  EXPECT_EQ(testing::wait_for(child), 0) << "with " << most_bytes << " bytes";
}

TEST(Resume, AFullDiskKeepsTheEarlierCheckpoint) {
  const FolderToBe folder;
  const Dataset data = sectors(48);
  small_trainer().fit(data, kept(folder.path(), 1));
  for (const rlim_t bytes : {0, 4, 64, 300, 600}) {
    train_on_a_full_disk(bytes, kept(folder.path(), 2), data);
    EXPECT_EQ(open_run(folder.path()).step, 3);
  }
  Trainer resumed = small_trainer();
  resumed.fit(data, kept(folder.path(), 2));
  EXPECT_EQ(open_run(folder.path()).step, 6);
}

}  // namespace
}  // namespace tenon
