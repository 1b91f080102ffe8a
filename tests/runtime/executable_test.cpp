// Executables with bodies: what is kept between their plans, what a run costs, and what people are told.
#include <gtest/gtest.h>

#include "backend/reference/reference.h"
#include "runtime/machine.h"

namespace tenon {
namespace {

using testing::kRecurrence;
using testing::Machine;
using testing::recurrence_inputs;

TEST(Executable, ListsABodyAndItsStepsBelowItsControl) {
  const Machine machine(make_reference_backend(), kRecurrence);
  std::string list;
  for (const StepLine& line : list_steps(machine.executable()))
    list += cat(std::string(static_cast<std::size_t>(line.depth), ' '), line.name, ": ", line.ran_as, "\n");
  EXPECT_EQ(list, R"(mul #1: reference kernel
scan #4: 6 turns, by the host
 body: the steps below
  matmul #3: reference kernel
  add #4: reference kernel
  tanh #5: reference kernel
add #2: reference kernel
)");
}

TEST(Executable, AProfileHasATimeForEachLineAndTheSumForABody) {
  Machine machine(make_reference_backend(), kRecurrence);
  machine.bind(recurrence_inputs());
  const std::vector<double> times = machine.profile();
  ASSERT_EQ(times.size(), 7u);
  for (const double time : times) EXPECT_GT(time, 0);
  EXPECT_GE(times[1], times[2]);
  EXPECT_GE(times[2], times[3] + times[4] + times[5]);
}

TEST(Executable, PrintsItsPlansAndBodies) {
  const Machine machine(make_reference_backend(), R"(graph g(c: bool[], x: f32[]) {
    %2 = exp(%x)
    %3 = if_else(%c, %2) {
      graph then(v: f32[]) { return y = %v }
      graph other(v: f32[]) { %1 = neg(%v) return y = %1 }
    }
    return y = %3 })");
  EXPECT_EQ(print(machine.executable()), R"(graph g_0(x: f32[]) {
  %1 = exp(%x) : f32[]
  return v2 = %1
}
if_else #3: one of the bodies, by the host
  then
    graph then(v: f32[]) {
      return y = %v
    }
  else
    graph other(v: f32[]) {
      %1 = neg(%v) : f32[]
      return y = %1
    }
)");
}

// Two values of 192 bytes cross; the scan that carries 128 bytes has a second place for them.
TEST(Executable, CountsWhatItKeepsBetweenPlans) {
  const Machine machine(make_reference_backend(), kRecurrence);
  constexpr std::size_t kSequence = 6 * 4 * 8 * sizeof(float);
  constexpr std::size_t kCarried = 4 * 8 * sizeof(float);
  EXPECT_EQ(crossing_bytes(machine.executable()), 2 * kSequence + kCarried);
}

TEST(Executable, UpdatesAStateAfterAllThatReadsIt) {
  Machine machine(make_reference_backend(), R"(graph g(c: bool[]) {
    %1 = state "w" : f32[]
    %2 = add(%1, %1)
    %3 = if_else(%c, %1) {
      graph then(v: f32[]) { %1 = exp(%v) return y = %1 }
      graph other(v: f32[]) { return y = %v }
    }
    update "w" = %2
    return old = %1, y = %3 })");
  machine.states.set("w", Tensor::scalar(3.0f));
  machine.bind({Tensor::scalar(false)});
  EXPECT_EQ(machine.run()[1].number(), 3);
  EXPECT_EQ(machine.run()[0].number(), 6);
  EXPECT_EQ(machine.states.get("w").number(), 12);
}

TEST(Executable, AProgramWithoutBodiesIsItsPlan) {
  const Machine machine(make_reference_backend(), "graph g(x: f32[]) { %1 = exp(%x) return y = %1 }");
  EXPECT_NE(machine.executable().only_plan(), nullptr);
  EXPECT_EQ(crossing_bytes(machine.executable()), 0u);
}

}  // namespace
}  // namespace tenon
