// A model that a command is given: a run folder, an ONNX model or an engine file, all as an engine, with the
// recipe that it was trained by where that is known.
#pragma once

#include <optional>

#include "cli/arguments.h"
#include "recipe/recipe.h"
#include "tenon/data.h"

namespace tenon::cli {

inline constexpr std::string_view kRecipeNote = "recipe";

struct Model {
  Engine engine;
  std::optional<recipe::Recipe> recipe;
  bool is_run = false;
};

std::optional<std::string> note(const EngineInfo& info, std::string_view name);

// `shapes` are for what an ONNX model leaves open: "image=1x3x224x224".
Model open_model(const std::string& path, const Running& running,
                 const std::vector<std::string>& shapes = {});
Engine engine_of_run(const std::string& folder, const Running& running);

// Items that the model did not learn from: the test files, or else the share kept back, or else a word of
// warning and the training items.
Dataset held_back(const recipe::Recipe& recipe);

// With every dimension that the program leaves open set to the batch size.
Shapes shapes_for(const Engine& engine, std::int64_t batch);

}  // namespace tenon::cli
