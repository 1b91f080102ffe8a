// Training steps as the Trainer compiles them, run without the Trainer's loader and log around them, and
// engines as a user's program calls them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "contender.h"
#include "nn/programs.h"
#include "runtime/runner.h"
#include "tenon/engine.h"

namespace tenon::bench {

// A compiled step with random states and inputs of its own.
class TrainingStep {
 public:
  TrainingStep(const ModelParts& parts, const Optimizer& optimizer, std::int64_t batch, int threads);
  void run() { runner_->run(*stream_, inputs_, outputs_); }
  const Runner& runner() const { return *runner_; }
  // Microseconds, one for each of `list_steps`.
  std::vector<double> profile() { return runner_->profile(*stream_, inputs_, outputs_); }

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

using Widths = std::vector<std::int64_t>;
ModelParts classifier(const Widths& widths);  // a perceptron with cross-entropy against class ids
ModelParts regression(const Widths& widths);  // with the mean squared error
ModelParts keras_cnn();                       // 32C3-P2-64C3-P2-64-10 on 28×28 pictures of one channel

Engine perceptron_engine(const Widths& widths, int threads);

}  // namespace tenon::bench
