// Where values and states end up, seen by running plans on the reference backend.
#include "plan/plan.h"

#include <gtest/gtest.h>

#include "backend/reference/reference.h"
#include "compile/compile.h"
#include "runtime/runner.h"

namespace tenon {
namespace {

// A run of a program without inputs, on f32 scalars as states.
class Machine {
 public:
  explicit Machine(std::string_view program, const std::map<std::string, float>& states)
      : states_(backend_), scratch_(backend_) {
    for (const auto& [name, value] : states) states_.set(name, Tensor::scalar(value));
    executable_ = std::make_shared<const Executable>(compile(parse(program), {}, *backend_));
  }

  std::vector<float> run() {
    Runner runner(backend_, executable_, states_, scratch_);
    const auto stream = backend_->make_stream({});
    std::vector<float> outputs(executable_->outputs.size());
    std::vector<void*> addresses;
    for (float& output : outputs) addresses.push_back(&output);
    runner.run(*stream, {}, addresses);
    backend_->synchronize(*stream);
    return outputs;
  }

  double state(const std::string& name) const { return states_.get(name).number(); }
  const Plan& plan() const { return *executable_->only_plan(); }

 private:
  std::shared_ptr<Backend> backend_ = make_reference_backend();
  States states_;
  Scratch scratch_;
  std::shared_ptr<const Executable> executable_;
};

TEST(Plan, SwapsStates) {
  Machine machine(R"(graph g() {
    %0 = state "a" : f32[]
    %1 = state "b" : f32[]
    update "a" = %1
    update "b" = %0 })",
                  {{"a", 1.0f}, {"b", 2.0f}});
  machine.run();
  EXPECT_EQ(machine.state("a"), 2);
  EXPECT_EQ(machine.state("b"), 1);
}

TEST(Plan, GivesTheOldValueOfAStateThatItUpdates) {
  Machine machine(R"(graph g() {
    %0 = state "a" : f32[]
    %1 = exp(%0)
    update "a" = %1
    return old = %0, fresh = %1 })",
                  {{"a", 0.0f}});
  EXPECT_EQ(machine.run(), (std::vector<float>{0, 1}));
  EXPECT_EQ(machine.state("a"), 1);
}

TEST(Plan, ReadsAStateBeforeItIsOverwritten) {
  Machine machine(R"(graph g() {
    %0 = state "a" : f32[]
    %1 = exp(%0)
    %2 = neg(%0)
    update "a" = %1
    return y = %2 })",
                  {{"a", 0.0f}});
  EXPECT_EQ(machine.run(), (std::vector<float>{-0.0f}));
  EXPECT_EQ(machine.state("a"), 1);
}

TEST(Plan, FillsEveryOutputOfOneValue) {
  Machine machine(R"(graph g() {
    %0 = state "a" : f32[]
    %1 = exp(%0)
    return x = %1, y = %1, z = %0 })",
                  {{"a", 0.0f}});
  EXPECT_EQ(machine.run(), (std::vector<float>{1, 1, 0}));
}

TEST(Plan, WritesAnUpdateStraightIntoItsSlotWhenNothingReadsTheOldValueLater) {
  const Machine machine(R"(graph g() {
    %0 = state "a" : f32[]
    %1 = state "b" : f32[]
    %2 = exp(%0)
    update "b" = %2 })",
                        {{"a", 0.0f}, {"b", 0.0f}});
  EXPECT_TRUE(machine.plan().copies.empty());
  EXPECT_EQ(machine.plan().scratch_bytes, 0u);
}

}  // namespace
}  // namespace tenon
