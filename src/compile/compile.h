// The driver: from a source program to an executable, by the one readable list of passes. Bodies go through
// it like any program.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string_view>

#include "compile/tune.h"
#include "pass/staging.h"
#include "plan/executable.h"

namespace tenon {

struct CompileOptions {
  BackendOptions backend;
  std::set<std::string> disabled;  // optional passes to leave out, by name
  // Which convolutions and products are handed operands in bf16; none of them where it is empty.
  std::function<bool(const Node&)> lowers;
  // A pass of the caller's own, over each typed program just before it is fused.
  std::function<Graph(const Graph&)> own_pass;
  // Where it is there, contractions are timed in all ways, and the fastest is chosen.
  std::shared_ptr<Tuner> tuner;
  // Told what each pass did to which nodes, of bodies and parts of a cut program too.
  std::function<void(std::string_view text)> explain;
};

// Those that `disabled` may name.
std::span<const std::string_view> optional_passes();

// `inputs` gives the types of those inputs whose shapes the program leaves open.
Executable compile(const Graph& source, const std::map<std::string, Type>& inputs, Backend& backend,
                   const CompileOptions& options = {});

// A program whose states are weights: what depends on them alone is not in the executable, but in a program
// to be run once they are there. Its updates are states of the executable; the same name means the same
// value, for whatever shapes.
struct PreparedExecutable {
  Executable executable;
  Graph prepare;  // of the typed stage; it may compute more than the executable reads
};
PreparedExecutable compile_prepared(const Graph& source, const std::map<std::string, Type>& inputs,
                                    Backend& backend, const CompileOptions& options = {});
// What of a program can be planned with these shapes, and these values of inputs (pass/staging.h).
struct PreparedStage {
  std::optional<PreparedExecutable> planned;  // absent where there is nothing to compute
  Stage stage;                                // `now` is moved from
};
PreparedStage compile_stage(const Graph& source, const std::map<std::string, Type>& inputs,
                            const std::map<std::string, Tensor>& values, Backend& backend,
                            const CompileOptions& options = {});
// What computes these updates of `prepare`: parts to be run one after another, each of weights that are small
// together, so that what they need meanwhile is small.
struct Preparation {
  Executable executable;
  std::vector<NamedRef> values;  // that it computes
};
std::vector<Preparation> compile_preparation(const Graph& prepare, std::span<const NamedRef> wanted,
                                             Backend& backend, const CompileOptions& options = {});

}  // namespace tenon
