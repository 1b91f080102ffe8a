#include <gtest/gtest.h>

#include "backend/reference/reference.h"
#include "compile/compile.h"
#include "compile/training_step.h"
#include "runtime/runner.h"
#ifdef TENON_HAS_CPU_BACKEND
#include "backend/cpu/cpu.h"
#endif

namespace tenon {
namespace {

using testing::labels;
using testing::perceptron_step;
using testing::random_states;
using testing::random_tensor;

double largest_difference(const Tensor& a, const Tensor& b) {
  double largest = 0;
  for (std::int64_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::fabs(a.number(i) - b.number(i)));
  return largest;
}

// Runs one step on a backend beside the interpreter on the source program.
void compare_step(const std::shared_ptr<Backend>& backend, const std::vector<std::int64_t>& widths,
                  std::int64_t batch, int threads) {
  const Graph graph = perceptron_step(widths);
  const TensorMap initial = random_states(graph);
  std::vector<Tensor> inputs{random_tensor({batch, widths[0]}, 99), labels(batch, widths.back()),
                             Tensor::scalar(0.5f)};
  const Evaluation wanted = evaluate(graph, inputs, initial);

  CompileOptions options;
  options.backend.threads = threads;
  auto plan = std::make_shared<const Plan>(
      compile(graph, {{"x", Type::of(inputs[0])}, {"y", Type::of(inputs[1])}}, *backend, options));
  States states(backend);
  for (const auto& [name, value] : initial) states.set(name, value);
  Scratch scratch(backend);
  Runner runner(backend, plan, states, scratch);
  const auto stream = backend->make_stream(options.backend);
  Tensor loss = Tensor::zeros(DType::f32, {});
  std::vector<void*> in;
  for (const Tensor& input : inputs) in.push_back(input.raw());
  std::vector<void*> out{loss.raw()};
  runner.run(*stream, in, out);
  backend->synchronize(*stream);

  EXPECT_NEAR(loss.number(), wanted.outputs[0].number(), 1e-5);
  for (std::size_t i = 0; i < graph.updates().size(); ++i)
    EXPECT_LT(largest_difference(states.get(graph.updates()[i].name), wanted.updates[i]), 1e-5)
        << graph.updates()[i].name;
}

TEST(TrainingStep, OnTheReferenceBackendIsWhatTheProgramMeans) {
  compare_step(make_reference_backend(), {12, 9, 5}, 6, 1);
}

#ifdef TENON_HAS_CPU_BACKEND
TEST(TrainingStep, AsOneFunctionOnTheCpuIsWhatTheProgramMeans) {
  compare_step(make_cpu_backend(), {10, 16, 10}, 32, 1);
}
TEST(TrainingStep, ByTheLibraryOnTheCpuIsWhatTheProgramMeans) {
  compare_step(make_cpu_backend(), {784, 256, 128, 10}, 64, 1);
}
TEST(TrainingStep, OnTwoThreadsIsWhatTheProgramMeans) {
  compare_step(make_cpu_backend(), {784, 256, 128, 10}, 64, 2);
}
TEST(TrainingStep, OfAnOddBatchIsWhatTheProgramMeans) {
  compare_step(make_cpu_backend(), {100, 33, 7}, 1, 1);
}
#endif

}  // namespace
}  // namespace tenon
