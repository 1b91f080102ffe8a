#include "cli/precision.h"

#include <algorithm>

#include "cli/output.h"

namespace tenon::cli {

namespace {
std::string time_or_dash(double microseconds) { return microseconds > 0 ? in_time(microseconds) : "-"; }

Row row_of(const LayerPrecision& layer) {
  return {layer.layer,
          layer.op,
          layer.error ? in_error(*layer.error) : "-",
          time_or_dash(layer.f32_microseconds),
          time_or_dash(layer.bf16_microseconds),
          layer.lowered ? "bf16" : "f32",
          layer.why};
}
}  // namespace

std::string precision_text(const PrecisionReport& report) {
  std::string text = summary_of(report);
  if (!report.note.empty()) text += cat("; ", report.note);
  if (report.drop) {
    text += cat("; loses ", in_error(*report.drop), " of the ", report.measure);
    if (report.max_drop) text += cat(", at most ", *report.max_drop);
    text += cat(", on ", report.items, " items");
  }
  if (report.f32_microseconds > 0)
    text += cat("; a call takes ", in_time(report.microseconds), ", and ", in_time(report.f32_microseconds),
                " in f32");
  return text;
}

std::string layers_text(const PrecisionReport& report) {
  if (report.layers.empty()) return "";
  std::vector<Row> rows{{"layer", "op", "error", "f32", "bf16", "runs in", "why"}};
  for (const LayerPrecision& layer : report.layers) rows.push_back(row_of(layer));
  return table(rows);
}

}  // namespace tenon::cli
