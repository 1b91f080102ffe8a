// When a state's new value may be written over the old one, by steps that say which inputs they may
// overwrite.
#include <gtest/gtest.h>

#include "plan/plan.h"

namespace tenon {
namespace {

class InPlaceStep : public Step {
 public:
  explicit InPlaceStep(std::vector<std::pair<int, int>> pairs) : pairs_(std::move(pairs)) {}
  void run(Stream&, void* const*) override {}
  std::span<const std::pair<int, int>> in_place() const override { return pairs_; }
  std::string describe() const override { return "in place"; }

 private:
  std::vector<std::pair<int, int>> pairs_;
};

// Every node but leaves and reshapes, which are views, is a step that may write its result over its input 0.
Plan plan_of(std::string_view text) {
  auto lowered = std::make_shared<const Graph>(parse(text));
  std::vector<std::unique_ptr<Step>> steps;
  for (const Node& node : lowered->nodes()) {
    const bool is_step = !node.inputs.empty() && node.op != Op::reshape;
    steps.push_back(is_step ? std::make_unique<InPlaceStep>(std::vector{std::pair(0, 0)}) : nullptr);
  }
  return make_plan(std::move(lowered), std::move(steps));
}

bool writes_over_the_slot(const Plan& plan) { return plan.copies.empty(); }

TEST(InPlace, WritesOverTheSlotThatTheStepReadsThereAlone) {
  EXPECT_TRUE(writes_over_the_slot(plan_of(R"(graph g(x: f32[4]) {
    %1 = state "a" : f32[4]
    %2 = add(%1, %x)
    update "a" = %2 })")));
}

TEST(InPlace, NotWhereTheStepMayOverwriteAnotherInputOnly) {
  EXPECT_FALSE(writes_over_the_slot(plan_of(R"(graph g(x: f32[4]) {
    %1 = state "a" : f32[4]
    %2 = add(%x, %1)
    update "a" = %2 })")));
}

TEST(InPlace, NotWhereTheStepReadsTheSlotThroughAViewToo) {
  EXPECT_FALSE(writes_over_the_slot(plan_of(R"(graph g() {
    %0 = state "a" : f32[4]
    %1 = reshape(%0) {shape = [4], zero_copies = false}
    %2 = add(%0, %1)
    update "a" = %2 })")));
}

TEST(InPlace, ThroughAViewAsWell) {
  EXPECT_TRUE(writes_over_the_slot(plan_of(R"(graph g(x: f32[4]) {
    %1 = state "a" : f32[4]
    %2 = reshape(%1) {shape = [4], zero_copies = false}
    %3 = add(%2, %x)
    update "a" = %3 })")));
}

std::size_t scratch_of(std::string_view text) { return plan_of(text).scratch_bytes; }

TEST(InPlace, WritesAResultOverAnInputThatNothingReadsLater) {
  EXPECT_EQ(scratch_of(R"(graph g(x: f32[16]) {
    %1 = exp(%x)
    %2 = add(%1, %x)
    %3 = add(%2, %x)
    return y = %3 })"),
            64u);
}

TEST(InPlace, NotWhereTheInputIsReadLater) {
  EXPECT_EQ(scratch_of(R"(graph g(x: f32[16]) {
    %1 = exp(%x)
    %2 = add(%1, %x)
    %3 = add(%2, %1)
    return y = %3 })"),
            128u);
}

TEST(InPlace, NotWhereTheStepReadsItAsAnotherInputToo) {
  EXPECT_EQ(scratch_of(R"(graph g(x: f32[16]) {
    %1 = exp(%x)
    %2 = add(%1, %1)
    %3 = exp(%2)
    return y = %3 })"),
            128u);
}

}  // namespace
}  // namespace tenon
