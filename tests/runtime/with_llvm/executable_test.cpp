// Executables with bodies, on generated code.
#include <gtest/gtest.h>

#include "backend/cpu/cpu.h"
#include "op/evaluate.h"
#include "runtime/machine.h"
#include "support/allocations.h"

namespace tenon {
namespace {

using testing::kRecurrence;
using testing::Machine;
using testing::recurrence_inputs;

TEST(Executable, ABodyIsCompiledLikeAnyProgram) {
  Machine machine(make_cpu_backend(), kRecurrence);
  machine.bind(recurrence_inputs());
  const std::vector<Tensor> right = evaluate(parse(kRecurrence), recurrence_inputs()).outputs;
  const std::vector<Tensor>& got = machine.run();
  for (std::size_t i = 0; i < right.size(); ++i)
    for (std::int64_t k = 0; k < right[i].size(); ++k)
      ASSERT_NEAR(got[i].number(k), right[i].number(k), 1e-6);
  for (const StepLine& line : list_steps(machine.executable()))
    EXPECT_EQ(line.ran_as.find("reference kernel"), std::string::npos) << line.name << ": " << line.ran_as;
}

TEST(Executable, AllocatesNothingWhenItRunsAgain) {
  Machine machine(make_cpu_backend(), kRecurrence);
  machine.bind(recurrence_inputs());
  machine.run();
  const std::size_t before = allocations_so_far();
  for (int i = 0; i < 10; ++i) machine.run();
  EXPECT_EQ(allocations_so_far(), before);
}

}  // namespace
}  // namespace tenon
