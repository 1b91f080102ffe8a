// What the training step of a perceptron with Adam allocates on the CPU backend once it runs: nothing by our
// own code, and of what the steps of a library allocate, which are counted apart, nothing stays.
#include "support/allocations.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include "backend/cpu/cpu.h"
#include "support/delegating_backend.h"
#include "train/trainer_state.h"

namespace tenon {
namespace {

std::size_t in_library = 0;  // allocations

class CountedStep : public Step {
 public:
  explicit CountedStep(std::unique_ptr<Step> inner) : inner_(std::move(inner)) {}
  void run(Stream& stream, void* const* addresses) override {
    const std::size_t before = allocations_so_far();
    inner_->run(stream, addresses);
    if (allocates_in_library()) in_library += allocations_so_far() - before;
  }
  std::size_t scratch_bytes() const override { return inner_->scratch_bytes(); }
  std::span<const std::pair<int, int>> in_place() const override { return inner_->in_place(); }
  std::string describe() const override { return inner_->describe(); }
  bool allocates_in_library() const override { return inner_->allocates_in_library(); }

 private:
  std::unique_ptr<Step> inner_;
};

class CountedBackend : public testing::DelegatingBackend {
 public:
  CountedBackend() : DelegatingBackend(make_cpu_backend()) {}
  std::vector<std::unique_ptr<Step>> compile(const Graph& lowered, const BackendOptions& options) override {
    auto steps = DelegatingBackend::compile(lowered, options);
    for (auto& step : steps)
      if (step) step = std::make_unique<CountedStep>(std::move(step));
    return steps;
  }
};

struct InUse {
  std::size_t blocks = blocks_in_use();
  std::size_t bytes = ::mallinfo2().uordblks + ::mallinfo2().hblkhd;  // a library calls malloc too
};

Dataset classes(std::int64_t items, std::int64_t width) {
  const Tensor x = Tensor::empty(DType::f32, {items, width});
  const Tensor y = Tensor::empty(DType::u8, {items});
  for (std::int64_t i = 0; i < x.size(); ++i) x.set_number(i, static_cast<double>(i * 31 % 17) / 17);
  for (std::int64_t i = 0; i < items; ++i) y.set_number(i, static_cast<double>(i % 10));
  return Dataset({{"x", x}, {"y", y}});
}

void expect_steady_memory(std::int64_t width, std::int64_t hidden, std::int64_t batch, int threads) {
  register_backend("counted", [] { return std::shared_ptr<Backend>(std::make_shared<CountedBackend>()); });
  const Dataset data = classes(batch, width);
  TrainerState trainer(
      nn::Sequential{nn::Linear{hidden}, nn::Relu{}, nn::Linear{hidden}, nn::Relu{}, nn::Linear{10}},
      optim::Adam{}, loss::cross_entropy, {.backend = "counted", .threads = threads});
  trainer.prepare(data);
  trainer.set_states(empty_tally(kRunPrefix, trainer.parts.metrics));
  const auto& columns = data.columns();
  StepNumbers numbers{.rate = 1e-3f};
  const auto run = [&](int steps) {
    for (const std::int64_t end = numbers.step + steps; numbers.step < end; ++numbers.step) {
      numbers.key[1] = static_cast<std::uint64_t>(numbers.step);
      trainer.training_step().run(batch, columns, numbers);
    }
    trainer.session.wait();
  };
  run(3);
  const InUse before;
  const std::size_t allocations = allocations_so_far();
  in_library = 0;
  run(20);
  EXPECT_EQ(allocations_so_far() - allocations, in_library);
  const InUse after;
  EXPECT_EQ(after.blocks, before.blocks);
  EXPECT_EQ(after.bytes, before.bytes);
}

TEST(TrainingStep, AsOneFunctionAllocatesNothing) {
  expect_steady_memory(10, 16, 32, 1);
  EXPECT_EQ(in_library, 0u);
}
TEST(TrainingStep, ByTheLibraryKeepsNothing) { expect_steady_memory(256, 128, 64, 1); }
TEST(TrainingStep, OnTwoThreadsKeepsNothing) { expect_steady_memory(256, 128, 64, 2); }

}  // namespace
}  // namespace tenon
