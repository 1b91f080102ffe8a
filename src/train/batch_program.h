// A source program of a Trainer, compiled for each batch size that occurs, and run on batches in host memory.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "compile/compile.h"
#include "nn/programs.h"
#include "runtime/runner.h"
#include "train/feed.h"

namespace tenon {

// What all programs of a Trainer share: so a parameter is one slot, and scratch is as large as the largest
// needs.
struct Session {
  Session(std::shared_ptr<Backend> chosen, const BackendOptions& options);
  void wait() { backend->synchronize(*stream); }

  std::shared_ptr<Backend> backend;
  CompileOptions compile;
  States states;
  Scratch scratch;
  std::unique_ptr<Stream> stream;
};

// The inputs of a step that are no columns.
struct StepNumbers {
  float rate = 0;
  std::int64_t step = 0;
  std::uint64_t key[2] = {0, 0};  // seed, step
};

class BatchProgram {
 public:
  // `columns`: the inputs whose first axis is the batch.
  BatchProgram(Session& session, Graph source, std::vector<NamedType> columns);

  void compile_for(std::int64_t batch) { compiled_for(batch); }
  // The columns may change as soon as this returns.
  void run(std::int64_t batch, const NamedTensors& columns, const StepNumbers& numbers = {});
  // Of the last run; waits for it.
  Tensor output(std::size_t index);

  const Graph& source() const { return source_; }
  // Those of every batch size compiled so far.
  std::vector<std::string> state_names() const;

 private:
  struct Compiled {
    std::unique_ptr<Runner> runner;
    std::vector<Memory> outputs;
    std::vector<void*> output_addresses;
  };
  Compiled& compiled_for(std::int64_t batch);
  Compiled compile(std::int64_t batch);
  HostInput host_input(const Slot& slot, const NamedTensors& columns) const;

  Session& session_;
  Graph source_;
  std::vector<NamedType> columns_;
  std::map<std::int64_t, Compiled> compiled_;
  Compiled* last_ = nullptr;
  Feed feed_;
  StepNumbers numbers_;
  std::vector<HostInput> staged_;
};

}  // namespace tenon
