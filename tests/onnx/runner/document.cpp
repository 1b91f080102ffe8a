#include "onnx/runner/document.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <sstream>

#include "base/files.h"
#include "onnx/rules.h"

namespace tenon::onnx_cases {

namespace {
constexpr std::string_view kMark = "<!-- written by ./dev conformance -->\n";

std::string in_scope_line(const std::vector<Result>& results, const std::string& group,
                          const std::set<std::string>& backends) {
  std::string line = cat("| ", group, " |");
  for (const std::string& backend : backends) {
    int passed = 0, all = 0;
    for (const Result& result : results) {
      if (result.group != group || result.backend != backend || result.outcome == Outcome::out_of_scope)
        continue;
      passed += result.outcome == Outcome::passed ? 1 : 0;
      ++all;
    }
    line += cat(" ", passed, " of ", all, " |");
  }
  return line + "\n";
}

std::string ops_of(const std::string& domain) {
  std::string list;
  for (const auto& [key, rule] : onnx::rules())
    if (key.first == domain) list += cat(list.empty() ? "" : ", ", key.second);
  return list;
}
}  // namespace

Reasons read_reasons(const std::string& path) {
  Reasons reasons;
  std::istringstream lines(read_text(path));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t tab = line.find('\t');
    require(tab != std::string::npos, "'", path, "': a line without a reason: ", line);
    reasons[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return reasons;
}

std::vector<std::string> surprises(const std::vector<Result>& results, const Reasons& reasons) {
  std::vector<std::string> wrong;
  for (const Result& result : results) {
    const bool is_known = reasons.contains(result.name);
    const bool passed = result.outcome == Outcome::passed || result.outcome == Outcome::out_of_scope;
    if (passed && is_known)
      wrong.push_back(cat(result.name, " passes on ", result.backend, ", and is listed"));
    if (!passed && !is_known) wrong.push_back(as_line(result));
  }
  return wrong;
}

std::string generated_part(const std::vector<Result>& results, const Reasons& reasons) {
  std::set<std::string> groups, backends;
  for (const Result& result : results) {
    groups.insert(result.group);
    backends.insert(result.backend);
  }
  std::string text = "\n| published cases |";
  for (const std::string& backend : backends) text += cat(" ", backend, " |");
  text += "\n|---|";
  for (std::size_t i = 0; i < backends.size(); ++i) text += "---|";
  text += "\n";
  for (const std::string& group : groups) text += in_scope_line(results, group, backends);
  text +=
      "\nCases whose inputs or outputs are texts, sequences or optional values do not count. Those that do "
      "not "
      "pass:\n\n| case | why |\n|---|---|\n";
  for (const auto& [name, reason] : reasons) text += cat("| `", name, "` | ", reason, " |\n");
  text += cat("\n## Ops\n\n`ai.onnx`: ", ops_of(""), ".\n\n`com.microsoft`: ", ops_of("com.microsoft"),
              ".\n\n`ai.onnx.preview.training`: ", ops_of("ai.onnx.preview.training"), ".\n");
  return text;
}

bool document_says(const std::string& path, const std::string& generated) {
  const std::string text = read_text(path);
  const std::size_t mark = text.find(kMark);
  require(mark != std::string::npos, "'", path, "' has no mark for what is written into it");
  const std::string wanted = text.substr(0, mark + kMark.size()) + generated;
  if (text == wanted) return true;
  if (!std::getenv("TENON_WRITE_DOCS")) return false;
  write_atomically(path, wanted);
  return true;
}

}  // namespace tenon::onnx_cases
