// What a model takes and gives as people have it, beside what its program takes and gives: a small TOML file
// beside the model. docs/data.md describes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipe/recipe.h"
#include "tenon/nn.h"
#include "tenon/pictures.h"

namespace tenon::recipe {

struct ModelInput {
  std::string name;              // which input; empty: the first
  std::string layout;            // "nchw", "nhwc" or "nhw"; empty: that of the data
  std::string channels = "rgb";  // those that the model takes: or "bgr"
  std::optional<double> scale;
  std::vector<double> mean;
  std::vector<double> deviation;
  PictureSize picture;
};

struct ModelOutput {
  std::vector<std::string> class_names;
  std::optional<double> scale;  // what floats are multiplied by to become a picture
};

struct Interface {
  ModelInput input;
  ModelOutput output;
};

Interface read_interface(const std::string& path);
Interface parse_interface(std::string_view text, const std::string& name);  // `name` for errors
std::string to_toml(const Interface& interface);
// Fails as reading it would; names are those of options of the command line.
void check_options(const Interface& interface);

nn::Layout layout_named(const std::string& name);
nn::Preparation preparation_of(const ModelInput& input);
nn::Preparation preparation_of(const Data& data);
Resizing resizing_of(const PictureSize& picture);

}  // namespace tenon::recipe
