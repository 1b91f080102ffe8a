#include "cli/page.h"

#include <algorithm>

#include "cli/output.h"
#include "tenon/error.h"

namespace tenon::cli {

namespace {
constexpr std::string_view kStyle = R"(
body { font: 15px/1.5 sans-serif; max-width: 1280px; margin: 2em auto; padding: 0 1em; color: #222; background: #fff }
h1 { font-size: 1.5em } h2 { font-size: 1.15em; margin: 2em 0 .5em }
pre { background: #f5f6f8; padding: .8em 1em; overflow-x: auto; font-size: 13px }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: normal; color: #777 }
th, td { padding: .1em 1em .1em 0; border-bottom: 1px solid #eee }
td.time, th.time { text-align: right; white-space: nowrap }
td.share { width: 30% }
td.share div { background: #4a7fb5; height: .8em; min-width: 1px }
summary { cursor: pointer }
)";

std::string preformatted(std::string_view text) { return cat("<pre>", in_markup(text), "</pre>\n"); }

std::string section(std::string_view heading, const std::string& content) {
  return cat("<h2>", heading, "</h2>\n", content);
}

std::string text_section(std::string_view heading, const std::string& text) {
  return text.empty() ? "" : section(heading, preformatted(text));
}

// A step inside a body is part of the time of the one above it.
double whole_time(const std::vector<StepInfo>& steps) {
  double sum = 0;
  for (const StepInfo& step : steps)
    if (step.depth == 0) sum += step.microseconds;
  return sum;
}

std::string step_row(const StepInfo& step, double whole) {
  const double share = whole > 0 ? std::min(100 * step.microseconds / whole, 100.0) : 0;
  return cat("<tr><td style=\"padding-left:", 2 * step.depth, "em\">", in_markup(step.name), "</td><td>",
             in_markup(step.ran_as), "</td><td class=\"time\">", in_time(step.microseconds),
             "</td><td class=\"share\"><div style=\"width:", fixed(share, 1), "%\" title=\"", fixed(share, 1),
             " %\"></div></td></tr>\n");
}

std::string steps_section(const std::vector<StepInfo>& steps) {
  const double whole = whole_time(steps);
  std::string rows;
  for (const StepInfo& step : steps) rows += step_row(step, whole);
  return section(
      cat("Steps of one run: ", steps.size(), ", ", in_time(whole)),
      cat("<table>\n<tr><th>step</th><th>ran as</th><th class=\"time\">time</th><th>share</th></tr>\n", rows,
          "</table>\n"));
}

std::string programs_section(const std::vector<std::pair<std::string, std::string>>& programs) {
  std::string all;
  for (const auto& [stage, program] : programs)
    all += cat("<details><summary>", stage, "</summary>\n", preformatted(program), "</details>\n");
  return section("Program, by stage", all);
}
}  // namespace

std::string to_html(const Page& page) {
  const std::string title = in_markup(page.title);
  return cat("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>", title,
             "</title>\n<style>", kStyle, "</style>\n</head>\n<body>\n<h1>", title, "</h1>\n",
             preformatted(page.summary), steps_section(page.steps),
             section("Memory between the steps", page.memory_picture),
             text_section("Memory, by what it is for", page.memory),
             text_section("Precision of the layers", page.layers),
             text_section("Ways to run, as measured", page.tuned), programs_section(page.programs),
             "</body>\n</html>\n");
}

std::string in_markup(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

}  // namespace tenon::cli
