#include "cli/commands.h"
#include "cli/feeding.h"
#include "cli/model.h"
#include "cli/output.h"
#include "cli/scored_data.h"
#include "cli/scores.h"
#include "engine/batches.h"
#include "engine/precision.h"
#include "recipe/build.h"

namespace tenon::cli {

namespace {
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

Score score_by_engine(const Fed& fed, const Dataset& data, const EvalArguments& arguments) {
  const NamedTensors outputs = engine::run_in_batches(fed.engine, fed.inputs, arguments.batch);
  const auto& [name, output] = outputs.front();
  const Tensor& target = target_of(data, arguments.scoring);
  std::vector<std::string> metrics = arguments.scoring.metrics;
  if (metrics.empty()) {
    require(are_classes(output, target), "without a recipe or --metric only classes can be scored: output '",
            name, "' is ", Type::of(output), " and the labels are ", Type::of(target));
    metrics = {"accuracy"};
  }
  Score result{.items = data.size()};
  for (const std::string& metric : metrics)
    result.metrics.emplace_back(metric, score(metric, output, target));
  return result;
}
}  // namespace

int execute(const EvalArguments& arguments) {
  for (const std::string& metric : arguments.scoring.metrics) check_metric(metric);
  const Model model = open_model(arguments.model, arguments.running, arguments.shapes);
  const recipe::Interface interface = interface_of(arguments.model, model.engine, arguments.feeding);
  const Dataset data = data_for(arguments.scoring, arguments.model, model, interface);
  const bool as_trained =
      arguments.scoring.metrics.empty() && arguments.scoring.target.empty() && !says_preparation(interface);
  const PrecisionReport& precision = model.engine.info().precision;
  const bool has_loss = model.recipe.has_value() && as_trained && !engine::lowers(precision);
  const Score score = has_loss ? score_by_trainer(*model.recipe, model.engine, data, arguments)
                               : score_by_engine(feed(model.engine, interface, data), data, arguments);
  Json::Object json{{"items", score.items}};
  std::vector<Row> rows{{"items", with_separators(score.items)}};
  const auto add = [&](const std::string& name, double value) {
    json.emplace_back(name, value);
    rows.push_back({name, fixed(value, 4)});
  };
  json.emplace_back("precision", summary_of(precision));
  if (engine::lowers(precision)) rows.push_back({"precision", summary_of(precision)});
  if (has_loss) add("loss", score.loss);
  for (const auto& [name, value] : score.metrics) add(name, value);
  if (arguments.json)
    print_json(std::move(json));
  else
    print(list(rows));
  return kDone;
}

}  // namespace tenon::cli
