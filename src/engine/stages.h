// Programs that are planned in stages (pass/staging.h): each when its shapes are known, and kept for other
// runs with the same ones. Most programs have one stage.
#pragma once

#include <atomic>
#include <list>
#include <map>
#include <mutex>
#include <span>

#include "base/memory_budget.h"
#include "compile/compile.h"
#include "tenon/engine.h"

namespace tenon {

struct EngineCore;
class Contexts;

// The engine's program, what is left of it behind a stage, or a body that the host runs.
struct StagedProgram {
  std::int64_t number;  // in the engine
  std::shared_ptr<const Graph> graph;
  std::vector<std::string> planning;  // inputs whose values a plan is made for; only of the engine's program,
                                      // as it is called with the same ones again
};

// A stage for some shapes: a session, what the host runs after it, and what comes then.
struct PlannedStage {
  std::unique_ptr<Contexts> contexts;  // its sessions; null where there is nothing to plan
  std::vector<Stage::Part> outputs;
  Graph host;
  std::map<const Graph*, StagedProgram> bodies;  // of the host's nodes
  std::optional<StagedProgram> later;

  bool whole() const { return !later && host.nodes().empty(); }
};

// Stages by program, shapes and values, the one used last in front. What many callers ask for at once is
// planned by the first of them, and the others wait.
class StageCache {
 public:
  using Key = std::vector<std::int64_t>;  // first the program's number

  struct Entry {
    Key key;
    std::map<std::string, Type> types;
    std::mutex mutex;  // held while the stage is planned
    std::shared_ptr<const PlannedStage> stage;
  };

  // So many of one program are kept, and sixteen times as many of all.
  explicit StageCache(std::size_t capacity) : capacity_(std::max<std::size_t>(capacity, 1)) {}
  std::shared_ptr<Entry> find(const Key& key, const std::map<std::string, Type>& types);
  // Lets go of the stage unused longest that nobody runs; false where there is none.
  bool drop_unused();
  // Of a program: the shapes of its stages, the one used last in front.
  std::vector<std::map<std::string, Type>> shapes_of(std::int64_t program);

 private:
  void make_room(std::int64_t program);

  std::size_t capacity_;
  std::mutex mutex_;
  std::list<std::shared_ptr<Entry>> entries_;
};

class StagedRunner {
 public:
  explicit StagedRunner(std::shared_ptr<EngineCore> core);

  // The outputs of the engine's program, in its order.
  std::vector<Tensor> run(const NamedTensors& inputs, const std::map<std::string, Type>& types,
                          const Stop& stop) {
    return run(whole_, inputs, types, stop);
  }
  // Plans the first stage, and mostly there is no other.
  void warm(const std::map<std::string, Type>& types);
  // What it has planned by shapes alone.
  std::vector<std::map<std::string, Type>> planned();
  std::size_t plans_made() const { return plans_made_; }

 private:
  using Types = std::map<std::string, Type>;
  struct Run {
    std::shared_ptr<const PlannedStage> stage;
    std::vector<Tensor> planned;  // what its session computed
  };

  StagedProgram number(std::shared_ptr<const Graph> graph);
  PlannedStage plan(const StagedProgram& program, const NamedTensors& inputs, const Types& types);
  std::shared_ptr<const PlannedStage> planned_stage(const StagedProgram& program, const NamedTensors& inputs,
                                                    const Types& types);
  Run run_stage(const StagedProgram& program, const NamedTensors& inputs, const Types& types,
                const Stop& stop);
  std::vector<Tensor> run(const StagedProgram& program, const NamedTensors& inputs, const Types& types,
                          const Stop& stop);
  std::vector<Tensor> go_on(Run run, NamedTensors values, const Stop& stop);
  // What the host computes is counted as long as `held` lives.
  using Leases = std::vector<MemoryBudget::Lease>;
  std::vector<Tensor> run_host(const PlannedStage& stage, const NamedTensors& inputs, const Stop& stop,
                               Leases& held);
  MemoryBudget::Lease take(std::size_t bytes, std::string_view what);
  std::vector<Tensor> run_on_host(const PlannedStage& stage, const Node& node, std::span<const Tensor> inputs,
                                  const Stop& stop);

  std::shared_ptr<EngineCore> core_;
  StageCache cache_;
  std::atomic<std::int64_t> programs_ = 0;
  std::atomic<std::size_t> plans_made_ = 0;
  StagedProgram whole_;
};

}  // namespace tenon
