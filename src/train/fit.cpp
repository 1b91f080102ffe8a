#include "train/fit.h"

#include <algorithm>
#include <chrono>

#include "nn/blame.h"
#include "train/progress.h"

namespace tenon {

namespace {
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void check(const Dataset& data, const FitOptions& options) {
  require(options.epochs >= 0, "there cannot be ", options.epochs, " epochs");
  require(options.batch >= 1, "a batch has at least 1 item, not ", options.batch);
  const std::int64_t fewest = options.drop_last ? options.batch : 1;
  require(data.size() >= fewest, "the data set has ", data.size(), " items, too few for one batch of ",
          fewest);
  require(!options.run.resume || !options.run.folder.empty(), "to resume a run its folder must be given");
}

Json to_json(const Score& score) {
  Json::Object object{{"loss", score.loss}};
  for (const auto& [name, value] : score.metrics) object.emplace_back(name, value);
  return object;
}

Json to_json(const EpochReport& report) {
  Json::Object object{{"epoch", report.epoch},
                      {"step", report.step},
                      {"lr", report.rate},
                      {"seconds", report.seconds},
                      {"train", to_json(report.train)}};
  if (report.validation) object.emplace_back("validation", to_json(*report.validation));
  return object;
}

class FitLoop {
 public:
  FitLoop(TrainerState& trainer, const Dataset& data, const FitOptions& options)
      : trainer_(trainer),
        data_(data),
        options_(options),
        step_(trainer.training_step()),
        at_(trainer.position),
        folder_(options.run.folder) {}

  FitReport run();

 private:
  void begin();
  void compile();
  void resume(const Checkpoint& checkpoint);
  void start_run_folder();
  LoaderOptions loader_options() const;
  bool train_epoch(Loader& loader);
  void take_step(const Batch& batch);
  void report_step();
  void finish_epoch();
  void start_tally() { trainer_.set_states(empty_tally(kRunPrefix, trainer_.parts.metrics)); }
  void stop_where_bad();
  std::string blame(std::int64_t bad_step) const;
  void save();
  void save_if_due();
  std::vector<std::string> optimizer_names() const;
  RunIdentity identity() const { return {trainer_.options.seed, options_.batch, data_.size()}; }
  double rate_at(std::int64_t step) const;
  std::int64_t last_epoch() const { return at_.first_epoch + options_.epochs; }
  std::int64_t items_per_epoch() const;
  std::int64_t steps_per_epoch() const;
  bool keeps_run() const { return !options_.run.folder.empty(); }
  bool asked_to_stop() const { return options_.stop && options_.stop->load(std::memory_order_relaxed); }

  TrainerState& trainer_;
  const Dataset& data_;
  const FitOptions& options_;
  BatchProgram& step_;
  Position& at_;
  RunFolder folder_;
  std::optional<Display> display_;
  FitReport report_;
  Clock::time_point epoch_begin_ = Clock::now();
  Clock::time_point saved_ = Clock::now();
};

std::int64_t FitLoop::items_per_epoch() const {
  return options_.drop_last ? data_.size() - data_.size() % options_.batch : data_.size();
}

std::int64_t FitLoop::steps_per_epoch() const {
  return (items_per_epoch() + options_.batch - 1) / options_.batch;
}

// Both plans are made before the first step, so that what cannot be compiled is known at once.
void FitLoop::compile() {
  if (data_.size() >= options_.batch) step_.compile_for(options_.batch);
  const std::int64_t rest = items_per_epoch() % options_.batch;
  if (rest > 0) step_.compile_for(rest);
}

void FitLoop::begin() {
  at_.first_epoch = at_.epoch;
  at_.first_step = at_.step;
  at_.item = 0;
  compile();
  std::optional<Checkpoint> checkpoint;
  if (options_.run.resume) checkpoint = folder_.resume();
  if (checkpoint)
    resume(*checkpoint);
  else {
    start_tally();
    if (keeps_run()) start_run_folder();
  }
}

void FitLoop::resume(const Checkpoint& checkpoint) {
  const RunIdentity then = checkpoint.identity;
  const RunIdentity now = identity();
  require(then.seed == now.seed && then.batch == now.batch && then.items == now.items, "the run in '",
          folder_.path(), "' has seed ", then.seed, ", batches of ", then.batch, " and ", then.items,
          " items: it cannot go on with seed ", now.seed, ", batches of ", now.batch, " and ", now.items);
  const std::vector<std::string> names = optimizer_names();
  for (const std::string& name : names)
    require(find(checkpoint.optimizer, name) != nullptr, "the checkpoint in '", folder_.path(), "' has no '",
            name, "': it is of another model, optimiser or metrics");
  require(checkpoint.optimizer.size() == names.size() && checkpoint.weights.size() == trainer_.slots.size(),
          "the checkpoint in '", folder_.path(), "' holds states that this model and optimiser do not have");
  for (const nn::Slot& slot : trainer_.slots)
    require(find(checkpoint.weights, slot.name) != nullptr, "the checkpoint in '", folder_.path(),
            "' has no weights for '", slot.name, "'");
  trainer_.set_states(checkpoint.weights);
  trainer_.set_states(checkpoint.optimizer);
  at_ = checkpoint.position;
}

void FitLoop::start_run_folder() {
  folder_.create();
  const DeviceInfo& device = trainer_.session.backend->device();
  const Json environment = Json::Object{{"backend", device.name},
                                        {"device", device.description},
                                        {"threads", trainer_.options.threads},
                                        {"compiler", __VERSION__}};
  folder_.describe(options_.run.recipe, {trainer_.inference, {}, trainer_.class_names}, environment);
}

LoaderOptions FitLoop::loader_options() const {
  return {.batch = options_.batch,
          .seed = trainer_.options.seed,
          .shuffle = options_.shuffle,
          .drop_last = options_.drop_last,
          .epoch = at_.epoch,
          .position = at_.item,
          .transform = options_.transform};
}

FitReport FitLoop::run() {
  begin();
  const std::int64_t to_do = (last_epoch() - at_.epoch) * items_per_epoch() - at_.item;
  display_.emplace(options_.progress, last_epoch(), items_per_epoch(), to_do);
  Loader loader(data_, loader_options());
  while (at_.epoch < last_epoch() && !report_.stopped)
    if (train_epoch(loader)) finish_epoch();
  report_.steps = at_.step;
  return std::move(report_);
}

// False where it was stopped on the way.
bool FitLoop::train_epoch(Loader& loader) {
  epoch_begin_ = Clock::now();
  while (const Batch* batch = loader.next()) {
    take_step(*batch);
    if (options_.on_step) report_step();
    if (display_->due()) {
      stop_where_bad();
      display_->show(at_.epoch + 1, at_.item, trainer_.read_score(kRunPrefix));
    }
    if (asked_to_stop()) {
      report_.stopped = true;
      stop_where_bad();
      save();
      return false;
    }
    save_if_due();
  }
  return true;
}

double FitLoop::rate_at(std::int64_t step) const {
  const std::int64_t steps = options_.epochs * steps_per_epoch();
  return trainer_.optimizer.lr * options_.schedule(step - at_.first_step, steps);
}

void FitLoop::take_step(const Batch& batch) {
  step_.run(batch.size, batch.columns,
            {.rate = static_cast<float>(rate_at(at_.step)),
             .step = at_.step,
             .key = {trainer_.options.seed, static_cast<std::uint64_t>(at_.step)}});
  ++at_.step;
  at_.item += batch.size;
  display_->count(batch.size);
}

void FitLoop::report_step() {
  enum { kLoss, kFinite };  // the outputs of a training step
  const bool finite = step_.output(kFinite).number() != 0;
  options_.on_step({at_.step, rate_at(at_.step - 1), step_.output(kLoss).number(), finite});
}

void FitLoop::finish_epoch() {
  stop_where_bad();
  EpochReport done{at_.epoch + 1,
                   at_.step,
                   rate_at(at_.step - 1),
                   seconds_since(epoch_begin_),
                   trainer_.read_score(kRunPrefix),
                   {}};
  report_.skipped +=
      static_cast<std::int64_t>(trainer_.session.states.get(cat(kRunPrefix, "bad_steps")).number());
  if (options_.validate.size() > 0) done.validation = trainer_.evaluate(options_.validate, options_.batch);
  ++at_.epoch;
  at_.item = 0;
  start_tally();
  if (keeps_run()) folder_.add_metrics(to_json(done));
  save();
  display_->finish_epoch(done);
  if (options_.on_epoch) options_.on_epoch(done);
  report_.epochs.push_back(std::move(done));
  if (asked_to_stop()) report_.stopped = true;
}

void FitLoop::save_if_due() {
  const RunOptions& run = options_.run;
  const bool by_steps = run.every_steps > 0 && at_.step % run.every_steps == 0;
  const bool by_time = run.every_seconds > 0 && seconds_since(saved_) >= run.every_seconds;
  const bool ends_epoch = at_.item >= items_per_epoch();  // which saves of itself
  if (!keeps_run() || ends_epoch || !(by_steps || by_time)) return;
  stop_where_bad();
  save();
}

void FitLoop::save() {
  if (!keeps_run()) return;
  folder_.save({at_, identity(), trainer_.get_states(trainer_.weight_names()),
                trainer_.get_states(optimizer_names())});
  saved_ = Clock::now();
}

// All states of the step that are not the model's.
std::vector<std::string> FitLoop::optimizer_names() const {
  std::vector<std::string> names = step_.state_names();
  std::erase_if(names, [&](const std::string& name) {
    return std::ranges::find(trainer_.slots, name, &nn::Slot::name) != trainer_.slots.end();
  });
  return names;
}

// A step that was not finite changed nothing, nor did those after it: its states are still here.
void FitLoop::stop_where_bad() {
  if (trainer_.options.on_nan != OnNan::stop) return;
  trainer_.session.wait();
  const auto bad =
      static_cast<std::int64_t>(trainer_.session.states.get(cat(kRunPrefix, "bad_step")).number());
  if (bad < 0) return;
  const std::string node = blame(bad);
  fail("step ", bad + 1, ", in epoch ", at_.epoch + 1, ", is not finite: ",
       node.empty() ? "in double precision it would be, so a number left the range of its type"
                    : cat("the first such number comes from ", node),
       "; try a lower learning rate or clipping, look at the data, or go on with on_nan skip");
}

std::string FitLoop::blame(std::int64_t bad_step) const {
  const std::int64_t epoch_start = at_.step - (at_.item + options_.batch - 1) / options_.batch;
  LoaderOptions there = loader_options();
  there.position = (bad_step - epoch_start) * options_.batch;
  Loader loader(data_, there);
  const Batch* batch = loader.next();
  require(batch != nullptr, "step ", bad_step + 1, " is not finite, and its batch cannot be found again");
  NamedTensors inputs = batch->columns;
  inputs.emplace_back(kRateInput, Tensor::scalar(static_cast<float>(rate_at(bad_step))));
  inputs.emplace_back(kStepInput, Tensor::scalar(bad_step));
  inputs.emplace_back(nn::kKeyInput, Tensor::of<std::uint64_t>(
                                         {2}, {trainer_.options.seed, static_cast<std::uint64_t>(bad_step)}));
  return first_not_finite(step_.source(), inputs, trainer_.get_states(step_.state_names()));
}
}  // namespace

FitReport fit(TrainerState& trainer, const Dataset& data, const FitOptions& options) {
  check(data, options);
  trainer.prepare(data);
  return FitLoop(trainer, data, options).run();
}

}  // namespace tenon
