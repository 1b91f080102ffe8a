#include "cli/model.h"

#include <filesystem>

#include "cli/commands.h"
#include "cli/onnx.h"
#include "recipe/build.h"
#include "tenon/log.h"
#include "tenon/train.h"

namespace tenon::cli {

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

Model open_model(const std::string& path, const Running& running, const std::vector<std::string>& shapes) {
  const bool is_run = std::filesystem::is_directory(path);
  if (is_onnx(path)) return {engine_of_onnx(path, shapes, running), {}, false};
  require(shapes.empty(), "--shape is for ONNX models, and '", path, "' is none");
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

Shapes shapes_for(const Engine& engine, std::int64_t batch) {
  Shapes shapes;
  for (const Port& port : engine.inputs()) {
    Shape& shape = shapes[port.name];
    for (const Dim dim : port.type.dims) shape.push_back(dim.is_constant() ? dim.constant() : batch);
  }
  return shapes;
}

}  // namespace tenon::cli
