// Executables with bodies: what is kept between their plans, what a run costs, and what people are told.
#include <gtest/gtest.h>

#include "backend/reference/reference.h"
#include "compile/compile.h"
#include "op/evaluate.h"
#include "runtime/runner.h"
#include "support/allocations.h"

namespace tenon {
namespace {

// A compiled program with memory for its outputs.
class Machine {
 public:
  Machine(const std::shared_ptr<Backend>& backend, std::string_view program)
      : states(backend),
        executable_(std::make_shared<const Executable>(compile(parse(program), {}, *backend))),
        backend_(backend),
        scratch_(backend),
        runner_(backend, executable_, states, scratch_),
        stream_(backend->make_stream({})) {
    for (const Slot& slot : executable_->outputs) {
      outputs_.push_back(Tensor::zeros(slot.type.dtype, slot.type.shape()));
      out_.push_back(outputs_.back().raw());
    }
  }

  void bind(std::vector<Tensor> inputs) {
    inputs_ = std::move(inputs);
    in_.clear();
    for (const Tensor& input : inputs_) in_.push_back(input.raw());
  }
  const std::vector<Tensor>& run() {
    runner_.run(*stream_, in_, out_);
    backend_->synchronize(*stream_);
    return outputs_;
  }
  std::vector<double> profile() { return runner_.profile(*stream_, in_, out_); }
  const Executable& executable() const { return *executable_; }

  States states;

 private:
  std::shared_ptr<const Executable> executable_;
  std::shared_ptr<Backend> backend_;
  Scratch scratch_;
  Runner runner_;
  std::unique_ptr<Stream> stream_;
  std::vector<Tensor> inputs_;
  std::vector<Tensor> outputs_;
  std::vector<void*> in_;
  std::vector<void*> out_;
};

constexpr std::string_view kRecurrence = R"(graph g(h: f32[4, 8], x: f32[6, 4, 8], w: f32[8, 8]) {
  %3 = mul(%x, %x)
  %4, %5 = scan(%h, %3, %w) {carried = 1, scanned = 1} {
    graph cell(h: f32[4, 8], x: f32[4, 8], w: f32[8, 8]) {
      %3 = matmul(%h, %w)
      %4 = add(%3, %x)
      %5 = tanh(%4)
      return h = %5, y = %5
    }
  }
  %6 = add(%5, %3)
  return last = %4, all = %6 })";

std::vector<Tensor> recurrence_inputs() {
  return {Tensor::full(DType::f32, {4, 8}, 0.25), Tensor::full(DType::f32, {6, 4, 8}, 0.5),
          Tensor::full(DType::f32, {8, 8}, 0.125)};
}

TEST(Executable, ABodyIsCompiledLikeAnyProgram) {
  const auto backend = find_backend("cpu");
  if (!backend) GTEST_SKIP() << "there is no CPU backend";
  Machine machine(backend, kRecurrence);
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
  const auto backend = find_backend("cpu");
  if (!backend) GTEST_SKIP() << "reference kernels allocate";
  Machine machine(backend, kRecurrence);
  machine.bind(recurrence_inputs());
  machine.run();
  const std::size_t before = allocations_so_far();
  for (int i = 0; i < 10; ++i) machine.run();
  EXPECT_EQ(allocations_so_far(), before);
}

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
