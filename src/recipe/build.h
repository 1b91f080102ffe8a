// What a recipe says, made: data sets, a trainer and how it is to fit.
#pragma once

#include "recipe/recipe.h"
#include "tenon/train.h"

namespace tenon::recipe {

struct Splits {
  Dataset train;
  Dataset validate;  // the share kept back, or the test set where none is; may be empty
  Dataset test;      // may be empty
};

// The layers of a model, in order: that of the ONNX model to go on from, then those that are listed.
struct NamedLayer {
  std::string text;  // as the recipe says it
  nn::Module module;
};
std::vector<NamedLayer> layers_of(const Model& model);

Splits load_data(const Recipe& recipe);
Dataset load_files(const Data& data, const std::vector<std::string>& files);
Trainer make_trainer(const Recipe& recipe, bool cache = true);  // `cache`: of compiled code, on disk
FitOptions fit_options(const Recipe& recipe);                   // without data, run folder or display

// Relative paths are of the folder a person stands in, or else of the recipe's own; absolute ones serve from
// anywhere.
void make_paths_absolute(Recipe& recipe, const std::string& recipe_path);

struct LayerRow {
  std::string layer;
  Type output;  // of one item
  std::int64_t parameters = 0;
  std::int64_t flops = 0;  // of one item, forward
};
std::vector<LayerRow> model_table(const Recipe& recipe, const Dataset& data);

}  // namespace tenon::recipe
