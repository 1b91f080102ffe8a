// Runs ONNX's test cases: onnx_cases FOLDER... [--json OUT] [--backend NAME]... [--only TEXT] [--exported]
// [--write FOLDER]
#include <cstdio>
#include <string_view>

#include "base/files.h"
#include "onnx/cases.h"
#include "onnx/runner/document.h"
#include "tenon/error.h"

namespace {
using namespace tenon::onnx_cases;

struct Options {
  std::vector<std::string> folders;
  std::vector<std::string> backends;
  std::string json;
  std::string only;
  std::string write;
  std::string expect;  // a file of the failures that are known
  std::string docs;
  bool quiet = false;
  bool exported = false;
};

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    const auto next = [&] {
      tenon::require(i + 1 < count, word, " needs a value");
      return std::string(words[++i]);
    };
    if (word == "--json")
      options.json = next();
    else if (word == "--backend")
      options.backends.push_back(next());
    else if (word == "--exported")
      options.exported = true;
    else if (word == "--expect")
      options.expect = next();
    else if (word == "--docs")
      options.docs = next();
    else if (word == "--quiet")
      options.quiet = true;
    else if (word == "--write")
      options.write = next();
    else if (word == "--only")
      options.only = next();
    else
      options.folders.emplace_back(word);
  }
  tenon::require(!options.folders.empty(), "which folder of cases?");
  if (options.backends.empty()) options.backends = {"reference", "cpu"};
  return options;
}

int check(const Options& options, const std::vector<Result>& results) {
  const Reasons reasons = read_reasons(options.expect);
  const std::vector<std::string> wrong = surprises(results, reasons);
  for (const std::string& line : wrong) std::printf("not as expected: %s\n", line.c_str());
  const bool documented =
      options.docs.empty() || document_says(options.docs, generated_part(results, reasons));
  if (!documented)
    std::printf("%s is not up to date: run this again with TENON_WRITE_DOCS=1\n", options.docs.c_str());
  return wrong.empty() && documented ? 0 : 1;
}

int run(const Options& options) {
  std::vector<Result> results;
  for (const std::string& root : options.folders)
    for (const std::string& folder : find_cases(root)) {
      if (folder.find(options.only) == std::string::npos) continue;
      for (const std::string& backend : options.backends) {
        results.push_back(run_case(folder, {backend, options.exported, options.write}));
        if (options.quiet) continue;
        std::printf("%s\n", as_line(results.back()).c_str());
        std::fflush(stdout);
      }
    }
  if (!options.quiet) std::printf("\n%s\n", as_table(results).c_str());
  for (const std::string& backend : options.backends) {
    int counts[4] = {};
    for (const Result& result : results)
      if (result.backend == backend) ++counts[static_cast<int>(result.outcome)];
    std::printf("%s: %d passed, %d failed, %d unsupported, %d out of scope\n", backend.c_str(), counts[0],
                counts[1], counts[2], counts[3]);
  }
  if (!options.json.empty()) tenon::write_atomically(options.json, as_json(results));
  return options.expect.empty() ? 0 : check(options, results);
}
}  // namespace

int main(int count, char** words) {
  try {
    return run(parse(count, words));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onnx_cases: %s\n", error.what());
    return 2;
  }
}
