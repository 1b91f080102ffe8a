#include "tenon/diff.h"

#include "cli/commands.h"
#include "cli/feeding.h"
#include "cli/model.h"
#include "cli/onnx.h"
#include "cli/output.h"
#include "format/npz.h"

namespace tenon::cli {

namespace {
bool is_recording(const std::string& path) { return path.ends_with(".npz"); }

Running reference() {
  Running running;
  running.backend = "reference";
  running.no_cache = true;
  return running;
}

std::optional<Difference> compare(const DiffArguments& arguments, const Engine& found,
                                  const NamedTensors& inputs) {
  const DiffOptions options{arguments.tolerance};
  if (is_recording(arguments.wanted)) {
    const NamedTensors recorded = read_npz(arguments.wanted);
    return work([&] { return first_difference(recorded, found, inputs, options); });
  }
  const Model wanted = open_model(arguments.wanted, reference());
  return work([&] { return first_difference(wanted.engine, found, inputs, options); });
}

// The node's inputs, and what both made of them.
void save(const std::string& path, const Difference& difference) {
  NamedTensors tensors = difference.inputs;
  tensors.emplace_back("wanted", difference.wanted);
  tensors.emplace_back("found", difference.found);
  write_npz(path, tensors);
}

std::string text_of(const Difference& difference) {
  const bool alike = difference.wanted.shape() == difference.found.shape() &&
                     difference.wanted.dtype() == difference.found.dtype();
  const std::string how =
      alike ? cat("off by ", in_error(difference.error.relative), " of its largest value, ",
                  in_error(difference.error.absolute), " absolute")
            : cat("is ", Type::of(difference.found), " and should be ", Type::of(difference.wanted));
  return cat("they differ first at '", difference.value, "', ", difference.op, ": ", how, "\n",
             difference.only_fused
                 ? "only where the values before it are not kept: the fusion of its nodes is wrong\n"
                 : "");
}
}  // namespace

int execute(const DiffArguments& arguments) {
  const Engine found = open_model(arguments.found, arguments.running).engine;
  const NamedTensors inputs =
      arguments.input.empty() ? drawn_inputs(found) : feed(found, {}, arguments.input).inputs;
  const std::optional<Difference> difference = compare(arguments, found, inputs);
  if (difference && !arguments.save.empty()) work([&] { save(arguments.save, *difference); });
  if (arguments.json) {
    Json::Object json{{"same", !difference.has_value()}};
    if (difference) {
      json.emplace_back("value", difference->value);
      json.emplace_back("op", difference->op);
      json.emplace_back("absolute", difference->error.absolute);
      json.emplace_back("relative", difference->error.relative);
      json.emplace_back("only_fused", difference->only_fused);
    }
    print_json(std::move(json));
  } else {
    print(difference ? text_of(*difference)
                     : cat("the same: no value in common is off by more than ", arguments.tolerance,
                           " of its largest\n"));
  }
  return difference ? kFailed : kDone;
}

}  // namespace tenon::cli
