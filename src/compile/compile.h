// The driver: from a source program to a plan, by the one readable list of passes.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "plan/plan.h"

namespace tenon {

struct CompileOptions {
  BackendOptions backend;
  std::set<std::string> disabled;  // optional passes to leave out, by name
  // Told of the program after each pass, for `inspect` and tests.
  std::function<void(std::string_view pass, const Graph& graph)> trace;
};

// `inputs` gives the types of those inputs whose shapes the program leaves open.
Plan compile(const Graph& source, const std::map<std::string, Type>& inputs, Backend& backend,
             const CompileOptions& options = {});

}  // namespace tenon
