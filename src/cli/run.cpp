#include <algorithm>
#include <cmath>
#include <numeric>

#include "cli/commands.h"
#include "cli/model.h"
#include "cli/output.h"
#include "format/npy.h"
#include "format/npz.h"

namespace tenon::cli {

namespace {
NamedTensors read_inputs(const Engine& engine, const std::string& path) {
  if (path.ends_with(".npz")) return read_npz(path);
  require(engine.inputs().size() == 1, "this engine has ", engine.inputs().size(),
          " inputs: give an NPZ file with the name of each");
  return {{engine.inputs()[0].name, read_npy(path)}};
}

void check_output_name(const std::string& path) {
  require(path.empty() || path.ends_with(".npy") || path.ends_with(".npz"), "'", path,
          "': outputs are written as .npy or .npz");
}

void write_outputs(const std::string& path, const NamedTensors& outputs) {
  if (path.ends_with(".npz")) return write_npz(path, outputs);
  write_npy(path, outputs.front().second);
}

// The classes of one item, the best first, with the share that softmax gives each.
struct Guess {
  std::int64_t index;
  double share;
};

std::vector<Guess> best(const Tensor& output, std::int64_t item, std::int64_t count) {
  const std::int64_t classes = output.dim(1);
  std::vector<Guess> guesses;
  for (std::int64_t i = 0; i < classes; ++i) guesses.push_back({i, output.number(item * classes + i)});
  std::ranges::stable_sort(guesses, std::greater{}, &Guess::share);
  const double largest = guesses.front().share;
  double sum = 0;
  for (Guess& guess : guesses) sum += guess.share = std::exp(guess.share - largest);
  for (Guess& guess : guesses) guess.share /= sum;
  guesses.resize(static_cast<std::size_t>(std::min(count, classes)));
  return guesses;
}

std::string class_name(const Engine& engine, std::int64_t index) {
  const auto& names = engine.info().class_names;
  return static_cast<std::size_t>(index) < names.size() ? names[static_cast<std::size_t>(index)] : cat(index);
}

void check_classes(const Tensor& output) {
  require(output.rank() == 2 && output.dim(1) > 0 && is_float(output.dtype()),
          "--top needs an output with a row of classes for each item, and this engine's first is ",
          Type::of(output));
}

Json top_json(const Engine& engine, const Tensor& output, std::int64_t top) {
  Json::Array items;
  for (std::int64_t item = 0; item < output.dim(0); ++item) {
    Json::Array guesses;
    for (const Guess& guess : best(output, item, top))
      guesses.emplace_back(Json::Object{
          {"class", guess.index}, {"name", class_name(engine, guess.index)}, {"share", guess.share}});
    items.emplace_back(std::move(guesses));
  }
  return items;
}

std::string top_text(const Engine& engine, const Tensor& output, std::int64_t top) {
  std::string text;
  for (std::int64_t item = 0; item < output.dim(0); ++item) {
    text += cat(item, ":");
    for (const Guess& guess : best(output, item, top))
      text += cat("  ", class_name(engine, guess.index), " ", fixed(100 * guess.share, 1), " %");
    text += "\n";
  }
  return text;
}
}  // namespace

int execute(const RunArguments& arguments) {
  check_output_name(arguments.output);
  const Engine engine = Engine::load(arguments.engine, engine_options(arguments.running));
  const NamedTensors outputs = run_in_batches(engine, read_inputs(engine, arguments.input), arguments.batch);
  const Tensor& first = outputs.front().second;
  if (arguments.top > 0) check_classes(first);
  if (!arguments.output.empty()) work([&] { write_outputs(arguments.output, outputs); });
  if (arguments.json) {
    Json::Array described;
    for (const auto& [name, tensor] : outputs)
      described.emplace_back(Json::Object{{"name", name}, {"type", to_string(Type::of(tensor))}});
    Json::Object json{{"outputs", std::move(described)}};
    if (arguments.top > 0) json.emplace_back("top", top_json(engine, first, arguments.top));
    print_json(std::move(json));
    return kDone;
  }
  if (arguments.top > 0) print(top_text(engine, first, arguments.top));
  if (arguments.top == 0 && arguments.output.empty())
    for (const auto& [name, tensor] : outputs) print(cat(name, ": ", tensor, "\n"));
  return kDone;
}

}  // namespace tenon::cli
