// Training steps and inferences as Tenon's cases run them: the compiled program itself, without a Trainer
// around it.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "backend/cpu/cpu.h"
#include "compile/compile.h"
#include "contender.h"
#include "runtime/runner.h"

namespace tenon::bench {

// A program compiled for the CPU with random states and inputs of its own.
class Program {
 public:
  Program(const Graph& graph, const std::map<std::string, Type>& types, int threads);
  void run() { runner_->run(*stream_, inputs_, outputs_); }
  const Runner& runner() const { return *runner_; }
  std::vector<StepTime> profile() { return runner_->profile(*stream_, inputs_, outputs_); }

 private:
  std::shared_ptr<Backend> backend_;
  States states_;
  Scratch scratch_;
  std::unique_ptr<Runner> runner_;
  std::unique_ptr<Stream> stream_;
  std::vector<Tensor> held_;
  std::vector<void*> inputs_;
  std::vector<void*> outputs_;
};

Graph perceptron_inference(const std::vector<std::int64_t>& widths);
enum class Rule { sgd, adam };
// Cross-entropy against integer labels, or the mean squared error where `regression`.
Graph perceptron_training(const std::vector<std::int64_t>& widths, Rule rule, bool regression);
// 32C3-P2-64C3-P2-64-10 on 28×28 pictures of one channel, with Adam.
Graph keras_cnn_training();

}  // namespace tenon::bench
