#include <filesystem>
#include <optional>

#include "cli/checks.h"
#include "cli/commands.h"
#include "cli/feeding.h"
#include "cli/model.h"
#include "cli/object.h"
#include "cli/onnx.h"
#include "cli/output.h"

namespace tenon::cli {

namespace {
struct Checked {
  Engine engine;
  NamedTensors inputs;
  std::string on;  // what the inputs are
};

Checked from_run(const BuildArguments& arguments) {
  Model model = open_model(arguments.model, arguments.running);
  require(model.is_run, "'", arguments.model, "' is neither a run folder nor an ONNX model");
  require(model.recipe.has_value(), "the run in '", arguments.model,
          "' has no recipe, so there are no held-back inputs to check an engine with");
  const Dataset data = held_back(*model.recipe).take(arguments.items);
  Fed fed = feed(model.engine, interface_of(arguments.model, model.engine, arguments.feeding), data);
  return {std::move(fed.engine), std::move(fed.inputs), cat(data.size(), " items")};
}

Checked from_onnx(const BuildArguments& arguments) {
  const Engine engine = engine_of_onnx(arguments.model, arguments.shapes, arguments.running);
  const recipe::Interface interface = interface_of(arguments.model, engine, arguments.feeding);
  if (!arguments.inputs.empty()) {
    Fed fed = feed(engine, interface, arguments.inputs);
    return {std::move(fed.engine), std::move(fed.inputs), cat("'", arguments.inputs, "'")};
  }
  Engine ready = prepared(engine, interface);
  NamedTensors inputs = drawn_inputs(ready);
  return {std::move(ready), std::move(inputs), "drawn inputs"};
}

void write_engine(const Engine& engine, const std::string& path) {
  work([&] { engine.save(path); });
  print(cat("engine: ", path, ", ", in_bytes(std::filesystem::file_size(path)), "\n"));
}
}  // namespace

int execute(const BuildArguments& arguments) {
  require(!arguments.out.empty() || !arguments.object.empty(),
          "nothing would be written: build takes -o FILE for an engine, --emit-object FILE, or both");
  const Checked built = is_onnx(arguments.model) ? from_onnx(arguments) : from_run(arguments);
  const AccuracyReport report = work([&] { return built.engine.verify(built.inputs); });
  report_errors(report, built.on);
  std::optional<EmittedObject> object;
  if (!arguments.object.empty()) object = checked_object(built.engine, arguments);
  if (!arguments.out.empty()) write_engine(built.engine.with_report(report), arguments.out);
  if (object) write_object(*object, arguments);
  return kDone;
}

}  // namespace tenon::cli
