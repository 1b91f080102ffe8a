// Where the time of a step goes: the steps of a case, each with its own least time, what runs it, and the
// sum.
//   bench_profile CASE [THREADS]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include "training.h"

namespace {
using namespace tenon;
using namespace tenon::bench;

Program program_of(const std::string& name, int threads) {
  const Type labels{DType::i64, {64}};
  if (name == "train-mlp")
    return {perceptron_training({784, 256, 128, 10}, Rule::adam, false),
            {{"x", {DType::f32, {64, 784}}}, {"y", labels}},
            threads};
  if (name == "train-tiny")
    return {perceptron_training({10, 16, 10}, Rule::sgd, false),
            {{"x", {DType::f32, {32, 10}}}, {"y", {DType::i64, {32}}}},
            threads};
  if (name == "train-keras-cnn")
    return {keras_cnn_training(), {{"x", {DType::f32, {64, 1, 28, 28}}}, {"y", labels}}, threads};
  if (name == "infer-mlp-1")
    return {perceptron_inference({784, 128, 10}), {{"x", {DType::f32, {1, 784}}}}, threads};
  if (name == "infer-mlp-64")
    return {perceptron_inference({784, 128, 10}), {{"x", {DType::f32, {64, 784}}}}, threads};
  if (name == "infer-tiny")
    return {perceptron_inference({4, 16, 16, 2}), {{"x", {DType::f32, {1, 4}}}}, threads};
  fail("there is no case '", name, "'");
}
}  // namespace

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  constexpr auto kTime = std::chrono::seconds(3);
  Program program = program_of(argc > 1 ? argv[1] : "train-mlp", argc > 2 ? std::stoi(argv[2]) : 1);
  const Plan& plan = program.runner().plan();
  std::vector<double> least(plan.steps.size(), 1e30);
  double whole = 1e30;
  for (const auto begin = Clock::now(); Clock::now() - begin < kTime;) {
    for (const StepTime& time : program.profile())
      least[time.step] = std::min(least[time.step], time.microseconds);
    const auto start = Clock::now();
    for (int i = 0; i < 10; ++i) program.run();
    whole = std::min(whole, std::chrono::duration<double, std::micro>(Clock::now() - start).count() / 10);
  }
  double sum = 0;
  for (std::size_t i = 0; i < least.size(); ++i) {
    sum += least[i];
    std::printf("%10.2f us  %-28s %s\n", least[i], plan.steps[i].name.c_str(),
                plan.steps[i].step->describe().c_str());
  }
  std::printf("%10.2f us  sum of steps\n%10.2f us  whole, %zu bytes of scratch\n", sum, whole,
              plan.scratch_bytes);
}
