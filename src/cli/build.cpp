#include <algorithm>
#include <filesystem>
#include <optional>

#include "base/files.h"
#include "cli/checks.h"
#include "cli/commands.h"
#include "cli/feeding.h"
#include "cli/model.h"
#include "cli/object.h"
#include "cli/onnx.h"
#include "cli/output.h"
#include "cli/precision.h"
#include "cli/scored_data.h"
#include "cli/scores.h"
#include "cli/tuning.h"
#include "engine/batches.h"
#include "engine/content.h"
#include "engine/precision.h"
#include "runtime/stopwatch.h"
#include "tenon/precision.h"

namespace tenon::cli {

namespace {
// The reference is slow: it is given no more of the items that an ONNX model's precision is chosen by.
constexpr std::int64_t kCheckedItems = 16;

struct Fitting {
  Engine engine;
  NamedTensors inputs;   // to check it with
  std::string on;        // what these are
  NamedTensors samples;  // to choose its precision by
  Tensor target;         // what is right for them, where that is known
};

// What is known to be right, where the outputs can be held against it.
Tensor target_for(const Engine& engine, const Dataset& data, const Scoring& scoring) {
  if (!scoring.metrics.empty()) return target_of(data, scoring);
  if (!find(data.columns(), "y") && scoring.target.empty()) return {};
  const Tensor& target = target_of(data, scoring);
  const Type output = engine.outputs().front().type;
  const bool are_classes =
      is_int(target.dtype()) && target.rank() == 1 && output.ranked && output.rank() >= 2;
  return are_classes ? target : Tensor();
}

Fitting with_data(const BuildArguments& arguments, const Model& model) {
  const recipe::Interface interface = interface_of(arguments.model, model.engine, arguments.feeding);
  const Dataset data = data_for(arguments.scoring, arguments.model, model, interface).take(arguments.items);
  Fed fed = feed(model.engine, interface, data);
  const std::int64_t checked = model.is_run ? data.size() : std::min(data.size(), kCheckedItems);
  Tensor target = target_for(fed.engine, data, arguments.scoring);
  return {std::move(fed.engine), engine::first_items(fed.inputs, checked), cat(checked, " items"), fed.inputs,
          std::move(target)};
}

Fitting from_run(const BuildArguments& arguments) {
  const Model model = open_model(arguments.model, arguments.running);
  require(model.is_run, "'", arguments.model, "' is neither a run folder nor an ONNX model");
  require(model.recipe.has_value(), "the run in '", arguments.model,
          "' has no recipe, so there are no held-back inputs to check an engine with");
  return with_data(arguments, model);
}

Fitting from_onnx(const BuildArguments& arguments) {
  const Engine engine = engine_of_onnx(arguments.model, arguments.shapes, arguments.running);
  if (!arguments.scoring.data.empty()) return with_data(arguments, {engine, {}, false});
  const recipe::Interface interface = interface_of(arguments.model, engine, arguments.feeding);
  if (!arguments.inputs.empty()) {
    Fed fed = feed(engine, interface, arguments.inputs);
    const NamedTensors inputs =
        engine::first_items(fed.inputs, engine::items_at_a_time(fed.engine, arguments.items));
    return {std::move(fed.engine), inputs, cat("'", arguments.inputs, "'"), std::move(fed.inputs), {}};
  }
  Engine ready = prepared(engine, interface);
  NamedTensors inputs = drawn_inputs(ready);
  return {std::move(ready), std::move(inputs), "drawn inputs", {}, {}};
}

PrecisionOptions precision_options(const BuildArguments& arguments, const Tensor& target) {
  PrecisionOptions options{arguments.precision, arguments.max_drop, arguments.batch, {}, {}};
  if (!target.defined()) return options;
  options.metric = arguments.scoring.metrics.empty() ? "accuracy" : arguments.scoring.metrics.front();
  options.score = [metric = options.metric, target](const NamedTensors& outputs) {
    return goodness(metric, outputs.front().second, target);
  };
  return options;
}

// Drawn inputs are good enough to name the layers, and to tell of an error that is asked for; to choose by
// they are not.
Engine with_chosen_precision(const Fitting& fitting, const BuildArguments& arguments) {
  const PrecisionOptions options = precision_options(arguments, fitting.target);
  if (options.precision == Precision::f32) return fitting.engine;
  const bool is_choice = options.precision == Precision::automatic;
  const NamedTensors& samples = is_choice || !fitting.samples.empty() ? fitting.samples : fitting.inputs;
  Engine engine = work([&] { return with_precision(fitting.engine, samples, options); });
  const PrecisionReport& chosen = engine.info().precision;
  print(cat("precision: ", precision_text(chosen), "\n"));
  if (is_choice) print(layers_text(chosen));
  return engine;
}

Engine with_chosen_ways(const Engine& engine, const Fitting& fitting, const BuildArguments& arguments) {
  if (!arguments.tune) return engine;
  const Stopwatch watch;
  Engine tuned = work([&] { return engine.tuned(fitting.inputs); });
  print(cat("tuned in ", in_time(watch.microseconds()), "\n", ways_text(tuned.info().tuned)));
  return tuned;
}

void write_engine(const Engine& engine, const std::string& path) {
  work([&] { engine.save(path); });
  print(cat("engine: ", path, ", ", in_bytes(std::filesystem::file_size(path)), "\n"));
}

void write_report(const Engine& engine, const std::string& path) {
  const Json json = Json::Object{{"checked", engine::report_json(engine.report())},
                                 {"precision", engine::precision_json(engine.info().precision)},
                                 {"tuned", engine::tuned_json(engine.info().tuned)}};
  work([&] { write_atomically(path, to_pretty_string(json)); });
  print(cat("report: ", path, "\n"));
}

void check_arguments(const BuildArguments& arguments) {
  require(!arguments.out.empty() || !arguments.object.empty(),
          "nothing would be written: build takes -o FILE for an engine, --emit-object FILE, or both");
  require(arguments.object.empty() || arguments.precision == Precision::f32,
          "an object that is compiled ahead of time computes in f32: leave --precision out");
  for (const std::string& metric : arguments.scoring.metrics) check_metric(metric);
}
}  // namespace

int execute(const BuildArguments& arguments) {
  check_arguments(arguments);
  const Fitting fitting = is_onnx(arguments.model) ? from_onnx(arguments) : from_run(arguments);
  const Engine chosen = with_chosen_ways(with_chosen_precision(fitting, arguments), fitting, arguments);
  const AccuracyReport report = work([&] { return chosen.verify(fitting.inputs); });
  report_errors(report, fitting.on, chosen.program(), chosen.info().precision);
  const Engine engine = chosen.with_report(report);
  std::optional<EmittedObject> object;
  if (!arguments.object.empty()) object = checked_object(engine, arguments);
  if (!arguments.out.empty()) write_engine(engine, arguments.out);
  if (object) write_object(*object, arguments);
  if (!arguments.report.empty()) write_report(engine, arguments.report);
  return kDone;
}

}  // namespace tenon::cli
