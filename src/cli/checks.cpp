#include "cli/checks.h"

#include <algorithm>

#include "cli/commands.h"
#include "cli/output.h"
#include "engine/precision.h"

namespace tenon::cli {

namespace {
// Of the largest magnitude in an output. Sums in another order differ by far less; a wrong program by more.
constexpr double kTolerance = 1e-3;
// Measured on networks of 20 to 50 layers, of drawn weights, that round to bytes after each: 0.007.
constexpr double kToleranceInSteps = 3e-2;
// The same of factors that are rounded to bf16. Where what may be lost was said, and so measured, only a
// wrong program is off by more than all there is.
constexpr double kLoweredTolerance = 0.1;
constexpr double kMeasuredTolerance = 1;

bool rounds_to_bytes(const Graph& program) {
  return std::ranges::any_of(program.nodes(), [&](const Node& node) {
    const auto in_body = [](const auto& body) { return rounds_to_bytes(*body); };
    if (std::ranges::any_of(node.bodies, in_body)) return true;
    return node.op == Op::cast && is_float(program.type(node.inputs[0]).dtype) &&
           size_of(node.results[0].dtype) == 1 && node.results[0].dtype != DType::boolean;
  });
}

double tolerance_for(const Graph& program, const PrecisionReport& precision) {
  if (!engine::lowers(precision)) return rounds_to_bytes(program) ? kToleranceInSteps : kTolerance;
  return precision.max_drop ? kMeasuredTolerance : kLoweredTolerance;
}

std::string error_table(const AccuracyReport& report) {
  std::vector<Row> rows{{"output", "absolute", "relative", "ulps"}};
  for (const OutputError& error : report.outputs)
    rows.push_back({error.output, in_error(error.absolute), in_error(error.relative), in_error(error.ulps)});
  return table(rows);
}

void check(const AccuracyReport& report, const Graph& program, const PrecisionReport& precision) {
  const double tolerance = tolerance_for(program, precision);
  const char* const advice =
      tolerance == kLoweredTolerance ? ", unless --max-drop says what may be lost" : "";
  for (const OutputError& error : report.outputs)
    if (!(error.relative <= tolerance))
      throw Failure(cat("output '", error.output, "' is off by ", in_error(error.relative),
                        " of its largest value on the backend ", report.backend, "; at most ", tolerance,
                        " is right", advice, ". Nothing was written"));
}
}  // namespace

void report_errors(const AccuracyReport& report, const std::string& on, const Graph& program,
                   const PrecisionReport& precision) {
  print(cat("checked on ", on, ", ", report.backend, " beside the reference; the largest error:\n",
            error_table(report)));
  check(report, program, precision);
}

}  // namespace tenon::cli
