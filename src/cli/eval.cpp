#include "cli/commands.h"
#include "cli/model.h"
#include "cli/output.h"
#include "recipe/build.h"

namespace tenon::cli {

namespace {
Dataset data_for(const EvalArguments& arguments, const Model& model) {
  recipe::Recipe recipe = model.recipe.value_or(recipe::Recipe{});
  if (arguments.data.empty()) {
    require(model.recipe.has_value(), "'", arguments.model, "' does not say what data it is of: give --data");
    return held_back(recipe);
  }
  const std::string& first = arguments.data.front();
  recipe.data.kind = first.ends_with(".npz") ? "npz" : first.ends_with(".npy") ? "npy" : "idx";
  return recipe::load_files(recipe.data, arguments.data);
}

// The loss and the metrics, as training computes them: where the recipe is known.
Score score_by_trainer(const recipe::Recipe& recipe, const Engine& engine, const Dataset& data,
                       const EvalArguments& arguments) {
  recipe::Recipe same = recipe;
  same.train.backend = engine.options().backend;
  same.train.threads = engine.options().threads;
  Trainer trainer = recipe::make_trainer(same, engine.options().cache);
  trainer.prepare(data);
  trainer.load_weights(engine.weights());
  return work([&] { return trainer.evaluate(data, arguments.batch); });
}

Score score_by_engine(const Engine& engine, const Dataset& data, const EvalArguments& arguments) {
  const NamedTensors outputs = run_in_batches(engine, inputs_of(engine, data), arguments.batch);
  const std::optional<double> right = accuracy(outputs.front().second, data.column("y"));
  require(right.has_value(), "without a recipe only classes can be scored: output '", outputs.front().first,
          "' is ", Type::of(outputs.front().second), " and the labels are ", Type::of(data.column("y")));
  return {.loss = 0, .metrics = {{"accuracy", *right}}, .items = data.size()};
}
}  // namespace

int execute(const EvalArguments& arguments) {
  const Model model = open_model(arguments.model, arguments.running);
  const Dataset data = data_for(arguments, model);
  const bool has_loss = model.recipe.has_value();
  const Score score = has_loss ? score_by_trainer(*model.recipe, model.engine, data, arguments)
                               : score_by_engine(model.engine, data, arguments);
  Json::Object json{{"items", score.items}};
  std::vector<Row> rows{{"items", with_separators(score.items)}};
  const auto add = [&](const std::string& name, double value) {
    json.emplace_back(name, value);
    rows.push_back({name, fixed(value, 4)});
  };
  if (has_loss) add("loss", score.loss);
  for (const auto& [name, value] : score.metrics) add(name, value);
  if (arguments.json)
    print_json(std::move(json));
  else
    print(list(rows));
  return kDone;
}

}  // namespace tenon::cli
