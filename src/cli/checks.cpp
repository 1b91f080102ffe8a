#include "cli/checks.h"

#include "cli/commands.h"
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

void report_errors(const AccuracyReport& report, const std::string& on) {
  print(cat("checked on ", on, ", ", report.backend, " beside the reference; the largest error:\n",
            error_table(report)));
  check(report);
}

}  // namespace tenon::cli
