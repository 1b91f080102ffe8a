#include "cli/commands.h"
#include "cli/guesses.h"
#include "cli/model.h"
#include "cli/output.h"
#include "cli/picture.h"
#include "format/npy.h"
#include "format/npz.h"

namespace tenon::cli {

namespace {
void check_output_name(const std::string& path) {
  require(path.empty() || path.ends_with(".npy") || path.ends_with(".npz"), "'", path,
          "': outputs are written as .npy or .npz");
}

void write_outputs(const std::string& path, const NamedTensors& outputs) {
  if (path.ends_with(".npz")) return write_npz(path, outputs);
  write_npy(path, outputs.front().second);
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

std::vector<std::string> captions(const Engine& engine, const Tensor& output) {
  std::vector<std::string> captions;
  for (std::int64_t item = 0; item < output.dim(0); ++item) {
    const Guess guess = best(output, item, 1).front();
    captions.push_back(cat(class_name(engine, guess.index), "  ", fixed(100 * guess.share, 1), " %"));
  }
  return captions;
}
}  // namespace

int execute(const RunArguments& arguments) {
  check_output_name(arguments.output);
  const Engine engine = open_model(arguments.engine, arguments.running).engine;
  const NamedTensors inputs = read_inputs(engine, arguments.input);
  const NamedTensors outputs = run_in_batches(engine, inputs, arguments.batch);
  const Tensor& first = outputs.front().second;
  if (arguments.top > 0 || arguments.show) check_classes(first);
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
  if (arguments.show) print(pictures(inputs.front().second, captions(engine, first)));
  if (arguments.top > 0) print(top_text(engine, first, arguments.top));
  if (arguments.top == 0 && !arguments.show && arguments.output.empty())
    for (const auto& [name, tensor] : outputs) print(cat(name, ": ", tensor, "\n"));
  return kDone;
}

}  // namespace tenon::cli
