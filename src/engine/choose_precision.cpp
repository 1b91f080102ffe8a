#include <algorithm>
#include <tuple>

#include "engine/batches.h"
#include "engine/choose_layers.h"
#include "engine/errors.h"
#include "engine/layer_times.h"
#include "engine/precision.h"
#include "tenon/precision.h"

namespace tenon {

namespace {
constexpr double kMaxError = 0.01;
constexpr double kMaxScoreLoss = 0.002;
// Of the time in f32, that a layer must save: less may be chance.
constexpr double kWorthwhile = 0.02;
// That say how far off a layer brings the outputs. What all of them lose is measured on all samples.
constexpr std::int64_t kItemsForOneLayer = 16;

constexpr const char* kMeanError = "mean relative error";

EngineSession session_of(const Engine& engine, const NamedTensors& inputs) {
  Shapes shapes;
  for (const auto& [name, tensor] : inputs) shapes[name] = tensor.shape();
  EngineSession session = engine.session(shapes);
  for (const auto& [name, tensor] : inputs) session.bind_input(name, tensor);
  return session;
}

double gain_of(const LayerPrecision& layer) {
  const double saved = layer.f32_microseconds - layer.bf16_microseconds;
  return saved > kWorthwhile * layer.f32_microseconds ? saved : 0;
}

class Choice {
 public:
  Choice(const Engine& engine, const NamedTensors& samples, const PrecisionOptions& options)
      : engine_(engine),
        program_(engine::with_labels(engine.program())),
        f32_(engine_with({})),
        samples_(samples),
        options_(options) {
    report_.asked = options.precision;
    report_.measure = options.score ? options.metric : kMeanError;
    report_.max_drop = options.max_drop;
    const bool has_items = !samples.empty() && samples[0].second.rank() > 0;
    report_.items = has_items ? samples[0].second.dim(0) : static_cast<std::int64_t>(samples.size());
  }

  Engine in_f32() const { return f32_; }

  Engine all_in_bf16() {
    if (samples_.empty()) return engine_with(report_);
    if (const auto session = session_for_samples(engine_with(report_)))
      for (const StepLayer& layer : engine::lowered_layers(*session))
        report_.layers.push_back({layer.name, layer.op, true, "asked for"});
    if (options_.score || options_.max_drop) report_.drop = drop_of(report_);
    require(!report_.max_drop || report_.drop <= *report_.max_drop, "bf16 costs ", *report_.drop, " of the ",
            report_.measure, ", and ", *report_.max_drop,
            " may be lost: the precision auto keeps to that, with some layers in f32");
    return engine_with(report_);
  }

  Engine automatic() {
    if (!report_.max_drop) report_.max_drop = options_.score ? kMaxScoreLoss : kMaxError;
    if (samples_.empty()) {
      report_.note = "there were no samples to measure another precision with";
      return engine_with(report_);
    }
    if (!measure_layers()) return engine_with(report_);
    choose_layers();
    measure_calls();
    return engine_with(report_);
  }

 private:
  Engine engine_with(PrecisionReport report) const {
    EngineInfo info = engine_.info();
    info.precision = std::move(report);
    return {program_, engine_.weights(), std::move(info), engine_.options()};
  }

  std::optional<EngineSession> session_for_samples(const Engine& engine) {
    const NamedTensors items = engine::first_items(samples_, items_a_call());
    try {
      return session_of(engine, items);
    } catch (const Error& error) {
      engine.run(items);  // what fits no program fails here too
      report_.note = cat("layers cannot be measured one by one: ", error.what());
      return std::nullopt;
    }
  }

  bool measure_layers() {
    PrecisionReport all = report_;
    all.asked = Precision::bf16;
    auto f32 = session_for_samples(f32_);
    if (!f32) return false;
    auto bf16 = session_for_samples(engine_with(std::move(all)));
    if (!bf16) return false;
    const auto [times, lowered_times] = engine::time_layers(*f32, *bf16);
    for (const StepLayer& layer : engine::lowered_layers(*bf16)) {
      const auto before = times.find(layer.name);
      report_.layers.push_back({layer.name,
                                layer.op,
                                false,
                                "",
                                {},
                                before == times.end() ? 0 : before->second,
                                lowered_times.at(layer.name)});
    }
    measure_errors();
    return true;
  }

  // Of each layer that gains, alone.
  void measure_errors() {
    const NamedTensors items = engine::first_items(samples_, std::max(kItemsForOneLayer, items_a_call()));
    const NamedTensors wanted = outputs_of(f32_, items);
    for (LayerPrecision& layer : report_.layers) {
      if (gain_of(layer) <= 0) continue;
      PrecisionReport alone = report_;
      alone.layers = {layer};
      alone.layers[0].lowered = true;
      layer.error = engine::mean_relative_error(outputs_of(engine_with(std::move(alone)), items), wanted);
    }
  }

  std::int64_t items_a_call() const { return engine::items_at_a_time(f32_, options_.batch); }

  NamedTensors outputs_of(const Engine& engine, const NamedTensors& items) const {
    return engine::run_in_batches(engine, items, options_.batch);
  }

  double drop_of(const PrecisionReport& choice) {
    if (wanted_.empty()) wanted_ = outputs_of(f32_, samples_);
    const NamedTensors found = outputs_of(engine_with(choice), samples_);
    return options_.score ? options_.score(wanted_) - options_.score(found)
                          : engine::mean_relative_error(found, wanted_);
  }

  void choose_layers() {
    std::vector<engine::Candidate> candidates;
    for (const LayerPrecision& layer : report_.layers)
      candidates.push_back({gain_of(layer), layer.error.value_or(0)});
    const auto apply = [&](const std::vector<bool>& taken) {
      for (std::size_t i = 0; i < taken.size(); ++i) report_.layers[i].lowered = taken[i];
    };
    apply(engine::choose_layers(candidates, *report_.max_drop, [&](const std::vector<bool>& taken) {
      apply(taken);
      const double drop = drop_of(report_);
      if (drop <= *report_.max_drop) report_.drop = drop;  // the last choice that holds is the answer
      return drop;
    }));
    for (LayerPrecision& layer : report_.layers)
      layer.why = layer.lowered ? "faster" : gain_of(layer) > 0 ? "loses too much" : "not faster";
  }

  // What is faster by itself is worth nothing where the whole is not.
  void measure_calls() {
    if (!engine::lowers(report_)) return;
    auto f32 = session_for_samples(f32_);
    auto chosen = session_for_samples(engine_with(report_));
    if (!f32 || !chosen) return;
    std::tie(report_.f32_microseconds, report_.microseconds) = engine::time_calls(*f32, *chosen);
    if (report_.microseconds < report_.f32_microseconds) return;
    report_.drop.reset();
    report_.microseconds = report_.f32_microseconds;
    for (LayerPrecision& layer : report_.layers)
      if (std::exchange(layer.lowered, false)) layer.why = "faster by itself, but a call is not";
  }

  const Engine& engine_;
  Graph program_;
  Engine f32_;
  const NamedTensors& samples_;
  const PrecisionOptions& options_;
  PrecisionReport report_;
  NamedTensors wanted_;  // the outputs in f32
};
}  // namespace

Engine with_precision(const Engine& engine, const NamedTensors& samples, const PrecisionOptions& options) {
  require(options.batch >= 1, "an engine is measured on one item a call at least, not on ", options.batch);
  Choice choice(engine, samples, options);
  switch (options.precision) {
    case Precision::bf16:
      return choice.all_in_bf16();
    case Precision::automatic:
      return choice.automatic();
    default:
      return choice.in_f32();
  }
}

}  // namespace tenon
