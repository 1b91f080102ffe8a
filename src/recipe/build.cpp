#include "recipe/build.h"

#include <filesystem>

#include "recipe/layers.h"

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
}  // namespace

Dataset load_files(const Data& data, const std::vector<std::string>& files) {
  if (data.kind == "npz") {
    require(files.size() == 1, "data of the kind 'npz' is one file, not ", files.size());
    return Dataset(data::npz(files[0]).columns(), data.class_names);
  }
  require(files.size() == 2, "data of the kind '", data.kind, "' is two files, items and labels, not ",
          files.size());
  const Dataset set = data.kind == "idx" ? data::idx(files[0], files[1]) : data::npy(files[0], files[1]);
  return Dataset(set.columns(), data.class_names);
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

Trainer make_trainer(const Recipe& recipe, bool cache) {
  TrainerOptions options;
  options.backend = recipe.train.backend;
  options.threads = static_cast<int>(recipe.train.threads);
  options.cache = cache;
  options.seed = static_cast<std::uint64_t>(recipe.seed);
  options.preparation = {recipe.data.scale, recipe.data.mean, recipe.data.deviation};
  options.class_names = recipe.data.class_names;
  for (const std::string& name : recipe.train.metrics) options.metrics.push_back(metric_named(name));
  options.clip = recipe.train.clip;
  options.on_nan = on_nan_named(recipe.train.on_nan);
  return {make_model(recipe.model.layers), optimizer_of(recipe.train.optimizer),
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
}

}  // namespace tenon::recipe
