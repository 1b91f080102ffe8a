#include <gtest/gtest.h>

#include "base/files.h"
#include "capi/calls.h"
#include "engine/programs.h"
#include "support/temporary_folder.h"

namespace tenon {
namespace {

class CApi : public ::testing::Test {
 protected:
  CApi() {
    const testing::Model model = testing::weighted_sum();
    Engine(model.program, model.weights).save(path_);
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_ / "sum.tenon";
};

TEST_F(CApi, DescribesPorts) { EXPECT_EQ(ports_are_described(path_.c_str()), 0); }

TEST_F(CApi, RunsAnEngineInMemory) {
  const std::string file = read_text(path_);
  EXPECT_EQ(engine_runs(file.data(), file.size()), 0);
}

TEST_F(CApi, RunsASessionInTheCallersMemory) { EXPECT_EQ(session_runs_in_own_memory(path_.c_str()), 0); }

TEST_F(CApi, KeepsToLimits) { EXPECT_EQ(limits_hold(path_.c_str()), 0); }

TEST_F(CApi, SaysMistakes) { EXPECT_EQ(mistakes_are_errors(path_.c_str()), 0); }

}  // namespace
}  // namespace tenon
