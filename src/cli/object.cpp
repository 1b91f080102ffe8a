#include "cli/object.h"

#include <filesystem>

#include "base/files.h"
#include "cli/checks.h"
#include "cli/commands.h"
#include "cli/onnx.h"
#include "cli/output.h"
#include "codegen/target.h"
#include "engine/errors.h"
#include "tenon/log.h"

namespace tenon::cli {

namespace {
std::string name_for(const BuildArguments& arguments) {
  if (!arguments.name.empty()) return arguments.name;
  const std::string& file = arguments.header.empty() ? arguments.object : arguments.header;
  return std::filesystem::path(file).stem().string();
}

bool runs_here(const EmittedObject& object) {
  const auto simd = codegen::parse_simd(object.target);
  return simd && codegen::has(*simd);
}

AccuracyReport compare(const EmittedObject& object, const Engine& engine) {
  const NamedTensors inputs = drawn_inputs(engine);
  const Engine judge(engine.program(), engine.weights(), {}, {.backend = "reference"});
  const NamedTensors wanted = judge.run(inputs);
  const NamedTensors found = run_object(object, inputs);
  AccuracyReport report{cat("the object for ", object.target), 1, {}};
  for (std::size_t i = 0; i < wanted.size(); ++i)
    report.outputs.push_back(engine::error_between(wanted[i].first, found[i].second, wanted[i].second));
  return report;
}
}  // namespace

EmittedObject checked_object(const Engine& engine, const BuildArguments& arguments) {
  EmittedObject object =
      emit_object(engine.program(), engine.weights(), {}, {name_for(arguments), arguments.target});
  if (runs_here(object))
    report_errors(work([&] { return compare(object, engine); }), "drawn inputs", engine.program());
  else
    log(LogLevel::warn, "the object is not checked: this processor does not have ", object.target);
  return object;
}

void write_object(const EmittedObject& object, const BuildArguments& arguments) {
  const std::string_view bytes(reinterpret_cast<const char*>(object.object.data()), object.object.size());
  work([&] {
    write_atomically(arguments.object, bytes);
    if (!arguments.header.empty()) write_atomically(arguments.header, object.header);
  });
  print(cat("object: ", arguments.object, ", ", in_bytes(bytes.size()), ", of which constants ",
            in_bytes(object.constant_bytes), "; a call needs ", in_bytes(object.scratch_bytes),
            " of scratch\n"));
  if (!arguments.header.empty()) print(cat("header: ", arguments.header, "\n"));
}

}  // namespace tenon::cli
