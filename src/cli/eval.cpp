#include <filesystem>

#include "cli/commands.h"
#include "cli/feeding.h"
#include "cli/model.h"
#include "cli/output.h"
#include "cli/scores.h"
#include "data/find_file.h"
#include "recipe/build.h"
#include "recipe/fields.h"

namespace tenon::cli {

namespace {
struct Source {
  std::string kind;
  std::vector<std::string> files;
};

// The test files of a data set that a folder holds; otherwise its folders are classes of pictures.
Source source_in(const std::string& folder) {
  const auto holds = [&](const char* name) { return data::has_plain_or_gzip(folder, name); };
  const auto file = [&](const char* name) { return data::plain_or_gzip(folder, name); };
  if (holds("t10k-images-idx3-ubyte"))
    return {"idx", {file("t10k-images-idx3-ubyte"), file("t10k-labels-idx1-ubyte")}};
  if (holds("test_batch.bin")) return {"cifar10", {file("test_batch.bin")}};
  if (holds("test.bin")) return {"cifar100", {file("test.bin")}};
  return {"pictures", {folder}};
}

Source source_of(const EvalArguments& arguments) {
  const std::string& first = arguments.data.front();
  Source source{"idx", arguments.data};
  if (std::filesystem::is_directory(first))
    source = source_in(first);
  else if (first.ends_with(".npz"))
    source.kind = "npz";
  else if (first.ends_with(".npy"))
    source.kind = "npy";
  else if (first.ends_with(".bin") || first.ends_with(".bin.gz"))
    source.kind = "cifar10";
  if (!arguments.kind.empty()) source.kind = arguments.kind;
  return source;
}

Dataset data_for(const EvalArguments& arguments, const Model& model, const recipe::Interface& interface) {
  if (arguments.data.empty()) {
    require(model.recipe.has_value(), "'", arguments.model, "' does not say what data it is of: give --data");
    return held_back(*model.recipe);
  }
  const Source source = source_of(arguments);
  if (source.kind == "pictures" && source.files.size() == 1) {
    const Port port = fed_port(model.engine, interface);
    return data::pictures(source.files[0], resizing_for(port, interface), channels_of(port));
  }
  recipe::Data data;
  recipe::OneOf{recipe::kKinds, "kind of data"}(source.kind);
  data.kind = source.kind;
  return recipe::load_files(data, source.files);
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

const Tensor& target_of(const Dataset& data, const EvalArguments& arguments) {
  return data.column(arguments.target.empty() ? "y" : arguments.target);
}

Score score_by_engine(const Fed& fed, const Dataset& data, const EvalArguments& arguments) {
  const NamedTensors outputs = run_in_batches(fed.engine, fed.inputs, arguments.batch);
  const auto& [name, output] = outputs.front();
  const Tensor& target = target_of(data, arguments);
  std::vector<std::string> metrics = arguments.metrics;
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
  for (const std::string& metric : arguments.metrics) check_metric(metric);
  const Model model = open_model(arguments.model, arguments.running);
  const recipe::Interface interface = interface_of(arguments.model, model.engine, arguments.feeding);
  const Dataset data = data_for(arguments, model, interface);
  const bool as_trained =
      arguments.metrics.empty() && arguments.target.empty() && !says_preparation(interface);
  const bool has_loss = model.recipe.has_value() && as_trained;
  const Score score = has_loss ? score_by_trainer(*model.recipe, model.engine, data, arguments)
                               : score_by_engine(feed(model.engine, interface, data), data, arguments);
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
