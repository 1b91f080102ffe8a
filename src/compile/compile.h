// The driver: from a source program to an executable, by the one readable list of passes. Bodies go through
// it like any program.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "plan/executable.h"

namespace tenon {

struct CompileOptions {
  BackendOptions backend;
  std::set<std::string> disabled;  // optional passes to leave out, by name
  // Told of each program, bodies and parts of a cut one too, after each pass, for `inspect` and tests.
  std::function<void(std::string_view pass, const Graph& graph)> trace;
};

// `inputs` gives the types of those inputs whose shapes the program leaves open.
Executable compile(const Graph& source, const std::map<std::string, Type>& inputs, Backend& backend,
                   const CompileOptions& options = {});

}  // namespace tenon
