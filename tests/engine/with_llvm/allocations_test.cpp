// Of the CPU backend: reference kernels allocate.
#include "support/allocations.h"

#include <gtest/gtest.h>

#include "engine/programs.h"

namespace tenon {
namespace {

using testing::classifier;
using testing::engine_of;

TEST(Session, AllocatesNothingWhenItRunsAgain) {
  EngineSession session = engine_of(classifier(), {}, {.backend = "cpu"}).session({{"x", {2, 5}}});
  session.run();
  const std::size_t before = allocations_so_far();
  for (int i = 0; i < 10; ++i) session.run();
  EXPECT_EQ(allocations_so_far(), before);
}

}  // namespace
}  // namespace tenon
