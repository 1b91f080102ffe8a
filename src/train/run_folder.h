// A run's folder. Its checkpoints are folders of their own, published whole; `latest` names the one to go on
// from, so whatever moment a run is killed at, what is named is complete:
//
//   recipe.toml, program.txt, model.json, environment.json    written once, at the start
//   metrics.jsonl                                             a line an epoch
//   checkpoints/<step>/weights.safetensors                    the model's states
//                      optimizer.safetensors                  all other states of the training step
//                      progress.json                          where in the data it stands
//   latest                                                    the name of a checkpoint
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "tenon/train.h"

namespace tenon {

// Where a run stands.
struct Position {
  std::int64_t epoch = 0;        // counted from 0
  std::int64_t item = 0;         // the next, in the epoch's order
  std::int64_t step = 0;         // steps done
  std::int64_t first_epoch = 0;  // those of the call of `fit` that began the run
  std::int64_t first_step = 0;
};

// What must be the same for a run to go on to the bit.
struct RunIdentity {
  std::uint64_t seed = 0;
  std::int64_t batch = 0;
  std::int64_t items = 0;
};

struct Checkpoint {
  Position position;
  RunIdentity identity;
  NamedTensors weights;
  NamedTensors optimizer;
};

class RunFolder {
 public:
  explicit RunFolder(std::string path) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }

  bool has_checkpoint() const;
  // A folder for a new run; fails where one is in it already.
  void create() const;
  void describe(const std::string& recipe, const TrainedModel& model, const Json& environment) const;

  void save(const Checkpoint& checkpoint);
  // The latest; `metrics.jsonl` loses what was written after it.
  std::optional<Checkpoint> resume();
  void add_metrics(const Json& line);

  SavedRun open() const;  // for reading alone

 private:
  std::string file(std::string_view name) const { return cat(path_, "/", name); }
  std::string checkpoint_path(std::string_view name) const { return cat(path_, "/checkpoints/", name); }
  std::string latest_name() const;
  void sweep() const;
  void remove_old_checkpoints() const;

  std::string path_;
  std::string latest_;
  std::string previous_;
  std::int64_t metrics_bytes_ = 0;
};

}  // namespace tenon
