#include <filesystem>

#include "cli/commands.h"
#include "cli/model.h"
#include "cli/output.h"

namespace tenon::cli {

namespace {
// Of the largest magnitude in an output. Sums in another order differ by far less; a wrong program by more.
constexpr double kTolerance = 1e-3;

std::string error_table(const AccuracyReport& report) {
  std::vector<Row> rows{{"output", "absolute", "relative", "ulps"}};
  for (const OutputError& error : report.outputs)
    rows.push_back({error.output, in_error(error.absolute), in_error(error.relative), in_error(error.ulps)});
  return table(rows);
}

void check(const AccuracyReport& report) {
  for (const OutputError& error : report.outputs)
    if (!(error.relative <= kTolerance))
      throw Failure(cat("output '", error.output, "' is off by ", in_error(error.relative),
                        " of its largest value on the backend ", report.backend, "; at most ", kTolerance,
                        " is right. Nothing was written"));
}
}  // namespace

int execute(const BuildArguments& arguments) {
  const Model model = open_model(arguments.run, arguments.running);
  require(model.is_run, "'", arguments.run, "' is no run folder");
  require(model.recipe.has_value(), "the run in '", arguments.run,
          "' has no recipe, so there are no held-back inputs to check an engine with");
  const Dataset data = held_back(*model.recipe).take(arguments.items);
  const AccuracyReport report = work([&] { return model.engine.verify(inputs_of(model.engine, data)); });
  print(cat("checked on ", report.items, " items, ", report.backend,
            " beside the reference; the largest error:\n", error_table(report)));
  check(report);
  work([&] { model.engine.with_report(report).save(arguments.out); });
  print(cat("engine: ", arguments.out, ", ", in_bytes(std::filesystem::file_size(arguments.out)), "\n"));
  return kDone;
}

}  // namespace tenon::cli
