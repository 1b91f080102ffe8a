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
  const bool is_team = std::thread::hardware_concurrency() > 1;  // one alone is not bound, and may spin
  EXPECT_THAT(found, HasSubstr(is_team ? "OMP_PROC_BIND = 'TRUE'" : "OMP_PROC_BIND = 'FALSE'"));
  EXPECT_THAT(found, HasSubstr(is_team ? "GOMP_SPINCOUNT = '10000'" : "GOMP_SPINCOUNT = "));
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
