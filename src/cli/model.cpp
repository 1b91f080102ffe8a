#include "cli/model.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "cli/commands.h"
#include "cli/onnx.h"
#include "format/npy.h"
#include "format/npz.h"
#include "recipe/build.h"
#include "tenon/log.h"
#include "tenon/train.h"

namespace tenon::cli {

namespace {
std::optional<std::string> note(const EngineInfo& info, std::string_view name) {
  for (const auto& [key, value] : info.notes)
    if (key == name) return value;
  return std::nullopt;
}

void copy_rows(const Tensor& from, const Tensor& to, std::int64_t first) {
  if (from.bytes() != 0) std::memcpy(to.rows(first, first + from.dim(0)).raw(), from.raw(), from.bytes());
}

std::int64_t largest_of(const Tensor& output, std::int64_t item) {
  const std::int64_t classes = output.dim(1);
  std::int64_t best = 0;
  for (std::int64_t i = 1; i < classes; ++i)
    if (output.number(item * classes + i) > output.number(item * classes + best)) best = i;
  return best;
}
}  // namespace

Engine engine_of_run(const std::string& folder, const Running& running) {
  SavedRun run = open_run(folder);
  EngineInfo info;
  info.class_names = std::move(run.model.class_names);
  info.notes = {{"version", std::string(kVersion)},
                {"steps", cat(run.step)},
                {"epochs", cat(run.epoch)},
                {std::string(kRecipeNote), std::move(run.recipe)}};
  return {*run.model.program, std::move(run.model.weights), std::move(info), engine_options(running)};
}

Model open_model(const std::string& path, const Running& running) {
  const bool is_run = std::filesystem::is_directory(path);
  if (is_onnx(path)) return {engine_of_onnx(path, {}, running), {}, false};
  Model model{
      is_run ? engine_of_run(path, running) : Engine::load(path, engine_options(running)), {}, is_run};
  const std::optional<std::string> recipe = note(model.engine.info(), kRecipeNote);
  if (recipe && !recipe->empty()) model.recipe = recipe::parse_recipe(*recipe, path + ": recipe");
  return model;
}

Dataset held_back(const recipe::Recipe& recipe) {
  if (!recipe.data.test.empty()) return recipe::load_files(recipe.data, recipe.data.test);
  const recipe::Splits splits = recipe::load_data(recipe);
  if (splits.validate.size() > 0) return splits.validate;
  log(LogLevel::warn, "the recipe holds no items back: these are what the model was trained on");
  return splits.train;
}

NamedTensors inputs_of(const Engine& engine, const Dataset& data) {
  NamedTensors inputs;
  for (const Port& port : engine.inputs()) inputs.emplace_back(port.name, data.column(port.name));
  return inputs;
}

NamedTensors read_inputs(const Engine& engine, const std::string& path) {
  if (path.ends_with(".npz")) return read_npz(path);
  require(engine.inputs().size() == 1, "this engine has ", engine.inputs().size(),
          " inputs: give an NPZ file with the name of each");
  return {{engine.inputs()[0].name, read_npy(path)}};
}

NamedTensors run_in_batches(const Engine& engine, const NamedTensors& inputs, std::int64_t batch) {
  require(!inputs.empty(), "there are no items to run");
  const auto has_items = [](const auto& named) { return named.second.rank() > 0; };
  const std::int64_t items = has_items(inputs[0]) ? inputs[0].second.dim(0) : 1;
  const auto is_batched = [&](const auto& named) { return has_items(named) && named.second.dim(0) == items; };
  if (items <= batch || !std::ranges::all_of(inputs, is_batched)) return engine.run(inputs);

  NamedTensors results;
  for (std::int64_t first = 0; first < items; first += batch) {
    const std::int64_t end = std::min(items, first + batch);
    NamedTensors part;
    for (const auto& [name, tensor] : inputs) part.emplace_back(name, tensor.rows(first, end));
    for (const auto& [name, rows] : engine.run(part)) {
      require(rows.rank() > 0 && rows.dim(0) == end - first, "output '", name,
              "' has no row for each item: ", "run all of them at a time, with --batch ", items);
      Shape shape = rows.shape();
      shape[0] = items;
      if (first == 0) results.emplace_back(name, Tensor::empty(rows.dtype(), std::move(shape)));
      copy_rows(rows, *find(results, name), first);
    }
  }
  return results;
}

Shapes shapes_for(const Engine& engine, std::int64_t batch) {
  Shapes shapes;
  for (const Port& port : engine.inputs()) {
    Shape& shape = shapes[port.name];
    for (const Dim dim : port.type.dims) shape.push_back(dim.is_constant() ? dim.constant() : batch);
  }
  return shapes;
}

std::optional<double> accuracy(const Tensor& output, const Tensor& labels) {
  const bool are_classes = is_int(labels.dtype()) && labels.rank() == 1 && output.rank() == 2;
  if (!are_classes || output.dim(0) != labels.dim(0) || labels.size() == 0) return std::nullopt;
  std::int64_t right = 0;
  for (std::int64_t i = 0; i < labels.size(); ++i)
    right += largest_of(output, i) == static_cast<std::int64_t>(labels.number(i)) ? 1 : 0;
  return static_cast<double>(right) / static_cast<double>(labels.size());
}

}  // namespace tenon::cli
