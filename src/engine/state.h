// What Engine and EngineSession hold.
#pragma once

#include <atomic>
#include <mutex>

#include "base/memory_budget.h"
#include "compile/compile.h"
#include "engine/content.h"
#include "engine/random_key.h"
#include "engine/stages.h"
#include "runtime/runner.h"

namespace tenon {

// What sessions share: the program, and on the device those of its weights that a plan reads, and what was
// prepared from the others.
struct EngineCore {
  EngineCore(engine::Content chosen, EngineOptions chosen_options, std::shared_ptr<MemoryBudget> budget);

  PreparedExecutable compile_for(const std::map<std::string, Type>& types) const;
  PreparedStage compile_stage_for(const Graph& program, const std::map<std::string, Type>& types,
                                  const std::map<std::string, Tensor>& values) const;
  // Makes sure of the states that the executable reads. Sessions that are made at the same time wait here.
  Runner bind(std::shared_ptr<const Executable> executable, const Graph& prepare, Scratch& scratch);

  engine::Content content;
  EngineOptions options;
  std::shared_ptr<Backend> backend;
  States states;
  std::shared_ptr<MemoryBudget> memory;
  std::shared_ptr<Tuner> tuner;  // while it is measured how contractions run best
  engine::RandomKeys keys;
  std::atomic<std::size_t> values_prepared = 0;
  std::atomic<std::size_t> prepared_bytes = 0;

 private:
  void adopt_weights(const Executable& executable, States& into) const;
  void prepare_missing(const Executable& executable, const Graph& prepare);
  void run_preparation(Preparation part, const Graph& prepare);
  CompileOptions compile_options() const;

  std::shared_ptr<const Choices> choices_;
  std::mutex mutex_;  // of `states`
};

// An engine with some weights.
struct LiveEngine {
  explicit LiveEngine(std::shared_ptr<EngineCore> chosen) : core(std::move(chosen)), runner(core) {}
  std::shared_ptr<EngineCore> core;
  StagedRunner runner;
};

struct Engine::State {
  State(engine::Content content, EngineOptions options);

  // The one that new calls take.
  std::shared_ptr<LiveEngine> live() const {
    const std::lock_guard lock(mutex_);
    return live_;
  }
  void reload(NamedTensors weights);

 private:
  std::mutex reloading_;  // one after the other
  mutable std::mutex mutex_;
  std::shared_ptr<LiveEngine> live_;

 public:
  const std::shared_ptr<const Graph> program;
  const bool draws_numbers;
  const EngineInfo info;
  const AccuracyReport report;
  const EngineOptions options;
};

struct EngineSession::State {
  enum class Bound { own, later };  // to memory of its own, or to the caller's before each run
  State(std::shared_ptr<EngineCore> shared, PreparedExecutable prepared, Bound bound = Bound::own);

  // Another that shares what was compiled; null where that cannot be. Fails where there is no memory for it.
  std::unique_ptr<State> twin() const;
  void run(const Stop& stop = {});
  void draw_key();  // where it is the session's
  void unbind();
  void bind(std::vector<Tensor>& tensors, std::vector<void*>& addresses, std::size_t index,
            const Tensor& tensor) const;
  void copy_inputs();
  void copy_outputs();

  std::shared_ptr<EngineCore> core;
  std::shared_ptr<const Executable> executable;
  MemoryBudget::Lease memory;
  std::unique_ptr<Stream> stream;
  Scratch scratch;
  Runner runner;
  bool direct;                     // the device addresses the host's memory
  std::optional<std::size_t> key;  // the place of the random key among the inputs, until it is the caller's
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
  std::vector<Memory> device;  // for inputs, then outputs, where it does not
  std::vector<void*> input_addresses;
  std::vector<void*> output_addresses;
};

}  // namespace tenon
