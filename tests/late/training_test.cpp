// A training run that never waits: every step is recorded while the ones before it still run.
#include <gtest/gtest.h>

#include "backend/reference/reference.h"
#include "compile/training_step.h"
#include "late/late_backend.h"

namespace tenon::late {
namespace {

using tenon::testing::labels;
using tenon::testing::perceptron_step;
using tenon::testing::random_states;
using tenon::testing::random_tensor;

constexpr std::int64_t kFeatures = 12;
constexpr std::int64_t kClasses = 5;

struct Trained {
  std::vector<Tensor> losses;
  TensorMap states;
};

class Training {
 public:
  explicit Training(std::shared_ptr<Backend> backend)
      : backend_(std::move(backend)),
        states_(backend_),
        scratch_(backend_),
        stream_(backend_->make_stream({})) {
    for (const auto& [name, value] : random_states(graph_)) states_.set(name, value);
  }

  // A smaller batch first: the scratch memory that it uses is replaced while it still runs.
  Trained run(int steps) {
    const auto small = make_runner(2);
    losses_.assign(static_cast<std::size_t>(steps), {});
    for (int i = 0; i < steps / 4; ++i) step(*small, 2, i);
    const auto full = make_runner(8);
    for (int i = steps / 4; i < steps; ++i) step(*full, 8, i);
    backend_->synchronize(*stream_);
    Trained result{losses_, {}};
    for (const std::string& name : states_.names()) result.states[name] = states_.get(name);
    return result;
  }

 private:
  std::unique_ptr<Runner> make_runner(std::int64_t batch) {
    const Type x{DType::f32, {batch, kFeatures}};
    const Type y{DType::i64, {batch}};
    auto executable = std::make_shared<const Executable>(compile(graph_, {{"x", x}, {"y", y}}, *backend_));
    return std::make_unique<Runner>(backend_, std::move(executable), states_, scratch_);
  }

  void step(Runner& runner, std::int64_t batch, int number) {
    const std::vector<Memory> inputs = {
        send(random_tensor({batch, kFeatures}, static_cast<std::uint32_t>(100 + number))),
        send(labels(batch, kClasses)), send(Tensor::scalar(0.1f))};
    const Memory loss = backend_->allocate(sizeof(float));
    const std::vector<void*> in{inputs[0].get(), inputs[1].get(), inputs[2].get()};
    const std::vector<void*> out{loss.get()};
    runner.run(*stream_, in, out);
    Tensor& read = losses_[static_cast<std::size_t>(number)] = Tensor::zeros(DType::f32, {});
    backend_->copy_out(*stream_, read.raw(), loss.get(), sizeof(float));
  }

  Memory send(const Tensor& tensor) {
    sent_.push_back(tensor);  // read when the stream comes to it
    Memory memory = backend_->allocate(tensor.bytes());
    backend_->copy_in(*stream_, memory.get(), tensor.raw(), tensor.bytes());
    return memory;
  }

  const Graph graph_ = perceptron_step({kFeatures, 9, kClasses});
  std::shared_ptr<Backend> backend_;
  States states_;
  Scratch scratch_;
  std::vector<Tensor> sent_;
  std::vector<Tensor> losses_;
  std::unique_ptr<Stream> stream_;
};

TEST(LateTraining, GivesWhatTheReferenceGives) {
  constexpr int kSteps = 24;
  const Trained late = Training(make_late_backend()).run(kSteps);
  const Trained right = Training(make_reference_backend()).run(kSteps);
  for (std::size_t i = 0; i < right.losses.size(); ++i)
    EXPECT_TRUE(identical(late.losses[i], right.losses[i])) << "the loss of step " << i;
  for (const auto& [name, value] : right.states) EXPECT_TRUE(identical(late.states.at(name), value)) << name;
}

}  // namespace
}  // namespace tenon::late
