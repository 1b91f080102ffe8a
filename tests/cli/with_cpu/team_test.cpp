#include <gmock/gmock.h>

#include <thread>

#include "cli/trained.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;

// What OpenMP says of its settings when it is loaded; the last time it is.
class Team : public testing::Trained {
 protected:
  void SetUp() override {
    if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "on one processor there is no team";
    for (const char* name :
         {"OMP_PROC_BIND", "OMP_PLACES", "OMP_WAIT_POLICY", "GOMP_CPU_AFFINITY", "GOMP_SPINCOUNT"})
      unsetenv(name);
    setenv("OMP_DISPLAY_ENV", "verbose", 1);
  }
  void TearDown() override {
    unsetenv("OMP_DISPLAY_ENV");
    unsetenv("OMP_WAIT_POLICY");
  }

  static std::string settings(const std::vector<std::string>& words) {
    const testing::Ran ran = run(words);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.err.substr(ran.err.rfind("OPENMP DISPLAY ENVIRONMENT BEGIN"));
  }
};

TEST_F(Team, OfAllProcessorsIsBoundAndSpinsBriefly) {
  const std::string found = settings({"eval", "run", "--backend", "cpu"});
  EXPECT_THAT(found, HasSubstr("OMP_PROC_BIND = 'TRUE'"));
  EXPECT_THAT(found, HasSubstr("GOMP_SPINCOUNT = '10000'"));
}

TEST_F(Team, IsAsTheUserWishes) {
  setenv("OMP_WAIT_POLICY", "passive", 1);
  EXPECT_THAT(settings({"eval", "run", "--backend", "cpu"}), HasSubstr("OMP_PROC_BIND = 'FALSE'"));
}

TEST_F(Team, OfOneIsNotBound) {
  EXPECT_THAT(settings({"eval", "run", "--backend", "cpu", "--threads", "1"}),
              HasSubstr("OMP_PROC_BIND = 'FALSE'"));
}

}  // namespace
}  // namespace tenon
