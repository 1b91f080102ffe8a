// Recipes: what is trained on what, and how, as a person writes it in TOML. Reading one settles every key, so
// that what is printed back is all there is to know.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tenon/optim.h"

namespace tenon::recipe {

// What becomes of pictures of any size: Resizing.
struct PictureSize {
  std::vector<std::int64_t> size;  // height and width; as they are where none is given
  std::string fit = "crop";
  double crop = 1;
  std::string sampling = "bilinear";
};

struct Data {
  std::string kind = "idx";
  std::vector<std::string> train;  // files: items, labels; or one NPZ; or batches; or a folder
  std::vector<std::string> test;   // may be none
  double validate = 0;             // the share of the training items that is kept back
  std::vector<std::string> class_names;
  std::optional<double> scale;  // how raw items become what the model sees: nn::Preparation
  std::vector<double> mean;
  std::vector<double> deviation;
  PictureSize picture;  // of the kind "pictures"
};

struct Model {
  std::string onnx;                 // a model to go on from; its layers stand before the others
  std::int64_t head = 0;            // outputs of a new last layer in the place of that model's; 0: its own
  std::vector<std::string> freeze;  // weights of that model that stay as they are, by name or pattern
  std::vector<std::string> layers;
};

struct Rule {
  std::string name = "adam";
  std::variant<optim::Adam, optim::AdamW, optim::Sgd, optim::RmsProp, optim::Adagrad, optim::Lamb> settings;
};

struct Rate {
  std::string name = "constant";
  double end = 0;          // linear, cosine
  std::int64_t every = 1;  // step
  double factor = 0.1;     // step
  std::int64_t warm_up = 0;
};

struct Checkpoints {
  std::int64_t steps = 0;
  double seconds = 0;
};

struct Train {
  std::string loss = "cross_entropy";
  std::vector<std::string> metrics;
  Rule optimizer;
  Rate schedule;
  optim::Clip clip;
  std::int64_t epochs = 1;
  std::int64_t batch = 64;
  bool shuffle = true;
  bool drop_last = false;
  std::string on_nan = "stop";
  std::int64_t threads = 0;  // 0: one a processor; settled when it is read
  std::string backend;       // empty: the preferred one
  Checkpoints checkpoint;
};

struct Recipe {
  std::int64_t seed = 0;
  Data data;
  Model model;
  Train train;
};

// A key set from the command line: "train.epochs=1". The value is TOML; a word that is none is a text.
using Overrides = std::vector<std::string>;

// Errors name the file, the line and the column; a key or a name that does not exist, the nearest that does.
Recipe read_recipe(const std::string& path, const Overrides& overrides = {});
Recipe parse_recipe(std::string_view text, const std::string& name, const Overrides& overrides = {});

// All keys, as TOML.
std::string to_toml(const Recipe& recipe);

}  // namespace tenon::recipe
