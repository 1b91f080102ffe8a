#include "cli/model.h"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "cli/commands.h"
#include "cli/onnx.h"
#include "recipe/build.h"
#include "tenon/log.h"
#include "tenon/train.h"

namespace tenon::cli {

namespace {
void copy_rows(const Tensor& from, const Tensor& to, std::int64_t first) {
  if (from.bytes() != 0) std::memcpy(to.rows(first, first + from.dim(0)).raw(), from.raw(), from.bytes());
}

// The items that each run takes, where the program leaves no choice; otherwise 0.
std::int64_t fixed_batch(const Engine& engine) {
  const std::vector<Port> ports = engine.inputs();
  const bool is_fixed = !ports.empty() && ports[0].type.rank() > 0 && ports[0].type.dims[0].is_constant();
  return is_fixed ? ports[0].type.dims[0].constant() : 0;
}
}  // namespace

std::optional<std::string> note(const EngineInfo& info, std::string_view name) {
  for (const auto& [key, value] : info.notes)
    if (key == name) return value;
  return std::nullopt;
}

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

NamedTensors run_in_batches(const Engine& engine, const NamedTensors& inputs, std::int64_t batch) {
  require(!inputs.empty(), "there are no items to run");
  const auto has_items = [](const auto& named) { return named.second.rank() > 0; };
  const std::int64_t items = has_items(inputs[0]) ? inputs[0].second.dim(0) : 1;
  const auto is_batched = [&](const auto& named) { return has_items(named) && named.second.dim(0) == items; };
  const std::int64_t fixed = fixed_batch(engine);
  const std::int64_t step = fixed > 0 ? fixed : batch;
  if (items <= step || !std::ranges::all_of(inputs, is_batched)) return engine.run(inputs);

  NamedTensors results;
  for (std::int64_t next = 0; next < items; next += step) {
    const std::int64_t end = std::min(items, next + step);
    const std::int64_t first = fixed > 0 ? end - step : next;  // the last ones again, where there are too few
    NamedTensors part;
    for (const auto& [name, tensor] : inputs) part.emplace_back(name, tensor.rows(first, end));
    for (const auto& [name, rows] : engine.run(part)) {
      require(rows.rank() > 0 && rows.dim(0) == end - first, "output '", name,
              "' has no row for each item: ", "run all of them at a time, with --batch ", items);
      Shape shape = rows.shape();
      shape[0] = items;
      if (next == 0) results.emplace_back(name, Tensor::empty(rows.dtype(), std::move(shape)));
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

}  // namespace tenon::cli
