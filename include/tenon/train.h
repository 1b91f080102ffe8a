// Training: the whole step (forward, backward, clipping, update, metrics) is one compiled program, and a run
// is a folder from which it can go on, to the bit, wherever it was stopped.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tenon/data.h"
#include "tenon/loss.h"
#include "tenon/nn.h"
#include "tenon/optim.h"

namespace tenon {

struct TrainerOptions {
  std::string backend = {};  // by name; otherwise the fastest there is
  int threads = 1;
  bool cache = true;                          // of compiled code, on disk
  std::uint64_t seed = 0;                     // of initial values, order and randomness
  nn::Preparation preparation = {};           // of the first input; bytes in others are scaled by 1 / 255
  std::vector<std::string> class_names = {};  // those of the data set where none are given
  std::vector<std::string> inputs = {"x"};    // columns of the data set, in the order the model takes them
  std::vector<std::string> targets = {"y"};
  // Accuracy where nothing is said and the target holds class ids.
  std::vector<Metric> metrics = {};
  optim::Clip clip = {};
  OnNan on_nan = OnNan::stop;
};

// The mean over the items of a data set, or over those of an epoch so far.
struct Score {
  double loss = 0;
  std::vector<std::pair<std::string, double>> metrics = {};
  std::int64_t items = 0;
};

struct EpochReport {
  std::int64_t epoch = 0;  // counted from 1
  std::int64_t step = 0;   // steps done since the beginning
  double rate = 0;
  double seconds = 0;
  Score train;
  std::optional<Score> validation = {};
};

struct StepReport {
  std::int64_t step = 0;  // steps done since the beginning
  double rate = 0;
  double loss = 0;
  bool finite = true;  // whether loss and gradients were
};

enum class Progress { automatic, bar, lines, quiet };

// A run folder: what it holds is said in docs/recipes.md.
struct RunOptions {
  std::string folder = {};       // none: nothing is kept
  std::string recipe = {};       // text to keep in it
  bool resume = false;           // go on from its latest checkpoint
  std::int64_t every_steps = 0;  // a checkpoint each epoch, and each so many steps
  double every_seconds = 0;      // and each so many seconds
};

struct FitOptions {
  std::int64_t epochs = 1;  // of this call; of the whole run where one is resumed
  std::int64_t batch = 64;
  Dataset validate = {};
  Schedule schedule = schedule::constant();
  bool shuffle = true;
  bool drop_last = false;
  std::function<void(Batch&)> transform = {};  // of each training batch, on the loader's thread
  RunOptions run = {};
  Progress progress = Progress::automatic;
  std::function<void(const EpochReport&)> on_epoch = {};
  std::function<void(const StepReport&)> on_step = {};  // costs a wait for the device each step
  const std::atomic<bool>* stop = nullptr;  // when it becomes true the run ends cleanly, with a checkpoint
};

struct FitReport {
  std::vector<EpochReport> epochs;  // of this call
  std::int64_t steps = 0;           // since the beginning
  std::int64_t skipped = 0;         // steps that were not finite
  bool stopped = false;             // by `FitOptions::stop`
};

// A trained model as others take it: the inference program (raw items in) and its states.
struct TrainedModel {
  std::shared_ptr<const Graph> program;
  NamedTensors weights;
  std::vector<std::string> class_names;
};

struct TrainerState;

class Trainer {
 public:
  Trainer(nn::Module model, Optimizer optimizer, Loss loss, TrainerOptions options = {});
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;
  ~Trainer();

  FitReport fit(const Dataset& data, const FitOptions& options = {});
  Score evaluate(const Dataset& data, std::int64_t batch = 256);
  // The model's first output for raw items, batch by batch; inputs by their columns' names.
  Tensor predict(const Tensor& items, std::int64_t batch = 256);
  NamedTensors predict(const NamedTensors& inputs, std::int64_t batch = 256);

  // The shapes of the columns settle the sizes that the model infers; `fit` and `evaluate` do this first.
  void prepare(const Dataset& like);
  // Weights by name, for fine-tuning or to evaluate a run; call `prepare` first. All must be there and fit.
  void load_weights(const NamedTensors& weights);
  NamedTensors weights() const;
  TrainedModel model() const;
  const std::vector<nn::Slot>& slots() const;  // parameters and statistics, in the order of the model

 private:
  std::unique_ptr<TrainerState> state_;
};

// What a run folder holds, for evaluation and for an engine.
struct SavedRun {
  std::string recipe;
  TrainedModel model;
  std::int64_t epoch = 0;  // epochs done
  std::int64_t step = 0;
};
SavedRun open_run(const std::string& folder);

}  // namespace tenon
