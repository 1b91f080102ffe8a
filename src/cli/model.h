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

Model open_model(const std::string& path, const Running& running);
Engine engine_of_run(const std::string& folder, const Running& running);

// Items that the model did not learn from: the test files, or else the share kept back, or else a word of
// warning and the training items.
Dataset held_back(const recipe::Recipe& recipe);

// The columns of a data set that the engine takes.
NamedTensors inputs_of(const Engine& engine, const Dataset& data);

// The inputs that a file holds: NPZ with the name of each, or NPY where there is one.
NamedTensors read_inputs(const Engine& engine, const std::string& path);

// Runs all items, so many at a time; inputs share their first axis, and so do outputs.
NamedTensors run_in_batches(const Engine& engine, const NamedTensors& inputs, std::int64_t batch);

// With every dimension that the program leaves open set to the batch size.
Shapes shapes_for(const Engine& engine, std::int64_t batch);

// The share of items whose largest output is their label; nothing where labels are no classes.
std::optional<double> accuracy(const Tensor& output, const Tensor& labels);

}  // namespace tenon::cli
