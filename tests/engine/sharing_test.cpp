// An engine's weights are pages of its file: every process that has it open reads the same ones.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "engine/programs.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

using testing::classifier;
using testing::engine_of;

// How much of a file's mapping this process has in memory, and how much of that are copies of its own, in
// kilobytes.
struct Mapped {
  long resident = 0;
  long copied = 0;
};

Mapped mapped(const std::string& file) {
  Mapped sum;
  bool is_its = false;
  std::ifstream maps("/proc/self/smaps");
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::string name;
    long kilobytes = 0;
    words >> name;
    if (name.find('-') != std::string::npos) is_its = line.ends_with(file);
    if (!is_its || !(words >> kilobytes)) continue;
    if (name == "Rss:") sum.resident += kilobytes;
    if (name == "Anonymous:") sum.copied += kilobytes;
  }
  return sum;
}

TEST(EngineSharing, WeightsStayPagesOfTheFile) {
  const TemporaryFolder folder;
  constexpr std::int64_t kIn = 512, kClasses = 256;
  engine_of(classifier(kIn, kClasses)).save(folder / "m.tenon");
  const Engine engine = Engine::load(folder / "m.tenon");
  engine.run(testing::random_bytes({1, kIn}, 1));
  const Mapped now = mapped(folder / "m.tenon");
  EXPECT_GE(now.resident, kIn * kClasses * 4 / 1024);
  EXPECT_EQ(now.copied, 0);
}

TEST(EngineSharing, AFileThatIsReplacedGoesOnForThoseWhoHaveIt) {
  const TemporaryFolder folder;
  const Engine old = engine_of(classifier());
  old.save(folder / "m.tenon");
  const Engine loaded = Engine::load(folder / "m.tenon");
  engine_of(classifier(5, 4)).save(folder / "m.tenon");
  const Tensor x = testing::random_bytes({3, 5}, 1);
  EXPECT_TRUE(identical(loaded.run(x), old.run(x)));
  EXPECT_EQ(Engine::load(folder / "m.tenon").run(x).dim(1), 4);
}

}  // namespace
}  // namespace tenon
