#include "recipe/build.h"

#include <filesystem>

#include "recipe/interface.h"
#include "recipe/layers.h"
#include "tenon/onnx.h"

namespace tenon::recipe {

namespace fs = std::filesystem;

namespace {
Loss loss_named(const std::string& name) {
  if (name == "cross_entropy") return Loss(loss::cross_entropy);
  if (name == "mse") return Loss(loss::mse);
  if (name == "l1") return Loss(loss::l1);
  if (name == "huber") return Loss(loss::huber);
  if (name == "kl_div") return Loss(loss::kl_div);
  return Loss(loss::bce_with_logits);
}

Metric metric_named(const std::string& name) {
  return name == "accuracy" ? metric::accuracy() : metric::mean_absolute_error();
}

OnNan on_nan_named(const std::string& name) {
  if (name == "stop") return OnNan::stop;
  return name == "skip" ? OnNan::skip : OnNan::keep_on;
}

Schedule schedule_of(const Rate& rate) {
  const auto shape = [&]() -> Schedule {
    if (rate.name == "linear") return schedule::linear(rate.end);
    if (rate.name == "cosine") return schedule::cosine(rate.end);
    if (rate.name == "step") return schedule::step(rate.every, rate.factor);
    return schedule::constant();
  };
  return rate.warm_up > 0 ? schedule::warm_up(rate.warm_up, shape()) : shape();
}

Optimizer optimizer_of(const Rule& rule) {
  return std::visit([](const auto& settings) { return Optimizer(settings); }, rule.settings);
}

void make_absolute(std::string& path, const fs::path& folder) {
  const bool beside_recipe = !fs::exists(path) && fs::exists(folder / path);
  path = fs::absolute(beside_recipe ? folder / path : fs::path(path)).lexically_normal().string();
}

void check_count(const Data& data, const std::vector<std::string>& files, std::size_t wanted,
                 const char* what) {
  require(files.size() == wanted, "data of the kind '", data.kind, "' is ", what, ", not ", files.size());
}

Dataset read_files(const Data& data, const std::vector<std::string>& files) {
  if (data.kind == "cifar10") return data::cifar10(files);
  if (data.kind == "cifar100") return data::cifar100(files);
  if (data.kind == "npz") {
    check_count(data, files, 1, "one file");
    return data::npz(files[0]);
  }
  if (data.kind == "pictures") {
    check_count(data, files, 1, "one folder");
    return data::pictures(files[0], resizing_of(data.picture));
  }
  check_count(data, files, 2, "two files, items and labels");
  return data.kind == "idx" ? data::idx(files[0], files[1]) : data::npy(files[0], files[1]);
}
}  // namespace

Dataset load_files(const Data& data, const std::vector<std::string>& files) {
  const Dataset set = read_files(data, files);
  return data.class_names.empty() ? set : Dataset(set.columns(), data.class_names);
}

Splits load_data(const Recipe& recipe) {
  Splits splits;
  splits.train = load_files(recipe.data, recipe.data.train);
  if (!recipe.data.test.empty()) splits.test = load_files(recipe.data, recipe.data.test);
  splits.validate = splits.test;
  if (recipe.data.validate > 0)
    std::tie(splits.train, splits.validate) =
        splits.train.split(1 - recipe.data.validate, static_cast<std::uint64_t>(recipe.seed));
  return splits;
}

std::vector<NamedLayer> layers_of(const Model& model) {
  std::vector<NamedLayer> layers;
  if (!model.onnx.empty()) {
    OnnxModel imported = import_onnx(model.onnx, {.open_batch = true});
    layers.push_back({"onnx " + fs::path(model.onnx).filename().string(),
                      nn::Pretrained{std::make_shared<const Graph>(std::move(imported.program)),
                                     std::move(imported.weights), model.head, model.freeze}});
  }
  for (const std::string& layer : model.layers) layers.push_back({layer, make_layer(layer)});
  return layers;
}

Trainer make_trainer(const Recipe& recipe, bool cache) {
  TrainerOptions options;
  options.backend = recipe.train.backend;
  options.threads = static_cast<int>(recipe.train.threads);
  options.cache = cache;
  options.seed = static_cast<std::uint64_t>(recipe.seed);
  options.preparation = preparation_of(recipe.data);
  options.class_names = recipe.data.class_names;
  for (const std::string& name : recipe.train.metrics) options.metrics.push_back(metric_named(name));
  options.clip = recipe.train.clip;
  options.on_nan = on_nan_named(recipe.train.on_nan);
  std::vector<nn::Module> layers;
  for (NamedLayer& layer : layers_of(recipe.model)) layers.push_back(std::move(layer.module));
  return {nn::Sequential(std::move(layers)), optimizer_of(recipe.train.optimizer),
          loss_named(recipe.train.loss), std::move(options)};
}

FitOptions fit_options(const Recipe& recipe) {
  FitOptions options;
  options.epochs = recipe.train.epochs;
  options.batch = recipe.train.batch;
  options.schedule = schedule_of(recipe.train.schedule);
  options.shuffle = recipe.train.shuffle;
  options.drop_last = recipe.train.drop_last;
  options.run.every_steps = recipe.train.checkpoint.steps;
  options.run.every_seconds = recipe.train.checkpoint.seconds;
  return options;
}

void make_paths_absolute(Recipe& recipe, const std::string& recipe_path) {
  const fs::path folder = fs::path(recipe_path).parent_path();
  for (std::string& path : recipe.data.train) make_absolute(path, folder);
  for (std::string& path : recipe.data.test) make_absolute(path, folder);
  if (!recipe.model.onnx.empty()) make_absolute(recipe.model.onnx, folder);
}

}  // namespace tenon::recipe
