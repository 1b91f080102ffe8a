#include <filesystem>

#include "base/files.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/team.h"
#include "recipe/build.h"

namespace tenon::cli {

namespace fs = std::filesystem;

namespace {
// Options that stand for a key of the recipe.
recipe::Overrides overrides_of(const TrainArguments& arguments) {
  recipe::Overrides set = arguments.set;
  if (!arguments.on_nan.empty()) set.push_back("train.on_nan=" + arguments.on_nan);
  if (!arguments.running.backend.empty()) set.push_back("train.backend=" + arguments.running.backend);
  if (arguments.running.threads > 0) set.push_back(cat("train.threads=", arguments.running.threads));
  return set;
}

std::string recipe_path(const TrainArguments& arguments) {
  if (!arguments.recipe.empty()) return arguments.recipe;
  require(!arguments.resume.empty(),
          "train needs a recipe, or a run to resume (tenon train --help says more)");
  return arguments.resume + "/recipe.toml";
}

// runs/mnist, or the first of runs/mnist-2, … that is not there yet.
std::string new_run_folder(const std::string& recipe) {
  const std::string base = "runs/" + fs::path(recipe).stem().string();
  std::string folder = base;
  for (int number = 2; fs::exists(folder); ++number) folder = cat(base, "-", number);
  return folder;
}

RunOptions run_options(const TrainArguments& arguments, const recipe::Recipe& recipe, RunOptions options) {
  require(arguments.resume.empty() || arguments.out.empty(), "give --resume or --out, not both");
  options.resume = !arguments.resume.empty();
  options.folder = options.resume ? arguments.resume : arguments.out;
  if (options.folder.empty()) options.folder = new_run_folder(arguments.recipe);
  require(!options.resume || fs::is_directory(options.folder), "there is no run in '", options.folder, "'");
  require(options.resume || !fs::exists(options.folder + "/latest"), "'", options.folder,
          "' holds a run already: go on with --resume, or choose another folder with --out");
  if (options.resume && fs::exists(options.folder + "/latest")) open_run(options.folder);  // is it whole?
  options.recipe = to_toml(recipe);
  return options;
}

std::string shown(const Type& type) {
  Shape shape = type.shape();
  shape.erase(shape.begin());
  return cat(type.dtype, shape);
}

std::string model_text(const recipe::Recipe& recipe, const Dataset& data) {
  std::vector<Row> rows{{"layer", "output of an item", "parameters", "FLOPs"}};
  std::int64_t parameters = 0;
  std::int64_t flops = 0;
  for (const recipe::LayerRow& row : recipe::model_table(recipe, data)) {
    rows.push_back(
        {row.layer, shown(row.output), with_separators(row.parameters), with_separators(row.flops)});
    parameters += row.parameters;
    flops += row.flops;
  }
  rows.push_back({"in all", "", with_separators(parameters), with_separators(flops)});
  return table(rows);
}

std::string score_text(const Score& score) {
  std::string text = cat("loss ", fixed(score.loss, 4));
  for (const auto& [name, value] : score.metrics) text += cat(", ", name, " ", fixed(value, 4));
  return text;
}

void report(const FitReport& done, const std::string& folder) {
  if (!done.epochs.empty() && done.epochs.back().validation)
    print(cat("validation: ", score_text(*done.epochs.back().validation), "\n"));
  if (done.skipped > 0) print(cat(done.skipped, " steps were not finite\n"));
  print(cat("run: ", folder, "\n"));
  if (done.stopped) print(cat("stopped; go on with: tenon train --resume ", folder, "\n"));
}
}  // namespace

int execute(const TrainArguments& arguments) {
  const std::string path = recipe_path(arguments);
  recipe::Recipe recipe = recipe::read_recipe(path, overrides_of(arguments));
  recipe::make_paths_absolute(recipe, path);
  if (arguments.print) {
    print(to_toml(recipe) + "\n");
    print(model_text(recipe, recipe::load_data(recipe).train));
    return kDone;
  }
  settle_team(recipe.train.backend, static_cast<int>(recipe.train.threads));
  FitOptions options = recipe::fit_options(recipe);
  options.run = run_options(arguments, recipe, options.run);
  const recipe::Splits data = recipe::load_data(recipe);
  options.validate = data.validate;
  options.stop = &watch_for_interrupt();
  if (arguments.quiet) options.progress = Progress::quiet;
  Trainer trainer = recipe::make_trainer(recipe, !arguments.running.no_cache);
  trainer.prepare(data.train);
  const FitReport done = work([&] { return trainer.fit(data.train, options); });
  report(done, options.run.folder);
  return done.stopped ? kInterrupted : kDone;
}

}  // namespace tenon::cli
