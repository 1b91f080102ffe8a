#include <algorithm>
#include <cmath>

#include "cli/commands.h"
#include "cli/feeding.h"
#include "cli/guesses.h"
#include "cli/layouts.h"
#include "cli/model.h"
#include "cli/output.h"
#include "cli/picture.h"
#include "engine/batches.h"
#include "format/npy.h"
#include "format/npz.h"
#include "format/picture.h"

namespace tenon::cli {

namespace {
void check_output_name(const std::string& path) {
  const bool known = path.ends_with(".npy") || path.ends_with(".npz") || path.ends_with(".png");
  require(path.empty() || known, "'", path, "': outputs are written as .npy, .npz or .png");
}

// Of an output for one item: numbers become bytes, rounded and held in their range.
Tensor picture_of(const Tensor& output, double scale) {
  const nn::Layout layout = layout_of(Type::of(output));
  const bool one = output.rank() >= 3 && output.rank() <= 4 && output.dim(0) == 1;
  require(one, "an output ", Type::of(output),
          " is no picture: expected one of [1, height, width], with 1 or 3 ",
          "channels before or after these");
  const Tensor numbers = as_picture(output, layout);
  Tensor bytes = Tensor::empty(DType::u8, numbers.shape());
  const double factor = is_float(output.dtype()) ? scale : 1;
  for (std::int64_t i = 0; i < numbers.size(); ++i)
    bytes.set_number(i, std::round(std::clamp(numbers.number(i) * factor, 0.0, 255.0)));
  return bytes;
}

void write_outputs(const std::string& path, const NamedTensors& outputs, double scale) {
  if (path.ends_with(".npz")) return write_npz(path, outputs);
  if (path.ends_with(".png")) return write_png(path, picture_of(outputs.front().second, scale));
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
  const Engine opened = open_model(arguments.engine, arguments.running).engine;
  const recipe::Interface interface = interface_of(arguments.engine, opened, arguments.feeding);
  const auto [engine, inputs] = feed(opened, interface, arguments.input);
  const NamedTensors outputs = engine::run_in_batches(engine, inputs, arguments.batch);
  const Tensor& first = outputs.front().second;
  if (arguments.top > 0 || arguments.show) check_classes(first);
  if (!arguments.output.empty()) {
    const double scale = arguments.output_scale.value_or(interface.output.scale.value_or(255));
    work([&] { write_outputs(arguments.output, outputs, scale); });
  }
  if (arguments.json) {
    Json::Array described;
    for (const auto& [name, tensor] : outputs)
      described.emplace_back(Json::Object{{"name", name}, {"type", to_string(Type::of(tensor))}});
    Json::Object json{{"outputs", std::move(described)}, {"precision", summary_of(engine.info().precision)}};
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
