#include "engine/precision.h"

#include <algorithm>
#include <limits>
#include <set>

#include "engine/taps.h"

namespace tenon {

namespace engine {

namespace {
constexpr std::pair<Precision, std::string_view> kNames[] = {
    {Precision::f32, "f32"}, {Precision::bf16, "bf16"}, {Precision::automatic, "auto"}};

Precision parse_name(const std::string& name) {
  const auto found = std::ranges::find(kNames, name, &std::pair<Precision, std::string_view>::second);
  require(found != std::end(kNames), "there is no precision '", name, "'");
  return found->first;
}

std::optional<double> measured(const Json& json, std::string_view key) {
  const Json* const value = json.find(key);
  return value ? std::optional(number_or_infinity(*value)) : std::nullopt;
}

Json layer_json(const LayerPrecision& layer) {
  Json::Object json{{"layer", layer.layer}, {"op", layer.op}, {"bf16", layer.lowered}, {"why", layer.why}};
  if (layer.error) json.emplace_back("error", *layer.error);
  json.emplace_back("f32_us", layer.f32_microseconds);
  json.emplace_back("bf16_us", layer.bf16_microseconds);
  return json;
}

LayerPrecision parse_layer(const Json& json) {
  return {json.at("layer").string(),  json.at("op").string(),  json.at("bf16").boolean(),
          json.at("why").string(),    measured(json, "error"), json.at("f32_us").number(),
          json.at("bf16_us").number()};
}

bool is_leaf(Op op) { return op == Op::input || op == Op::state || op == Op::constant; }

Graph with_labels(const Graph& program, const std::string& around) {
  Graph labelled(program.name());
  for (std::uint32_t id = 0; id < program.nodes().size(); ++id) {
    Node node = program.nodes()[id];
    if (node.label.empty() && !is_leaf(node.op)) node.label = around + name_of_value(program, {id, 0});
    for (auto& body : node.bodies) body = std::make_shared<const Graph>(with_labels(*body, node.label + "/"));
    labelled.append(std::move(node));
  }
  for (const NamedRef& output : program.outputs()) labelled.output(output.name, labelled.value(output.ref));
  for (const NamedRef& update : program.updates()) labelled.update(update.name, labelled.value(update.ref));
  return labelled;
}
}  // namespace

std::function<bool(const Node&)> lowers(const PrecisionReport& report) {
  if (report.asked == Precision::f32) return nullptr;
  if (report.asked == Precision::bf16) return [](const Node&) { return true; };
  std::set<std::string> names;
  for (const LayerPrecision& layer : report.layers)
    if (layer.lowered) names.insert(layer.layer);
  if (names.empty()) return nullptr;
  return [names = std::move(names)](const Node& node) { return names.contains(node.label); };
}

Graph with_labels(const Graph& program) { return with_labels(program, ""); }

std::string_view name_of(Precision precision) {
  return std::ranges::find(kNames, precision, &std::pair<Precision, std::string_view>::first)->second;
}

double number_or_infinity(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::infinity() : json.number();
}

Json precision_json(const PrecisionReport& report) {
  Json::Array layers;
  for (const LayerPrecision& layer : report.layers) layers.push_back(layer_json(layer));
  Json::Object json{{"asked", name_of(report.asked)},    {"measure", report.measure}, {"items", report.items},
                    {"f32_us", report.f32_microseconds}, {"us", report.microseconds}, {"note", report.note},
                    {"layers", std::move(layers)}};
  if (report.max_drop) json.emplace_back("max_drop", *report.max_drop);
  if (report.drop) json.emplace_back("drop", *report.drop);
  return json;
}

PrecisionReport parse_precision(const Json& json) {
  PrecisionReport report{parse_name(json.at("asked").string()),
                         json.at("measure").string(),
                         measured(json, "max_drop"),
                         measured(json, "drop"),
                         json.at("items").integer(),
                         json.at("f32_us").number(),
                         json.at("us").number(),
                         json.at("note").string(),
                         {}};
  for (const Json& layer : json.at("layers").array()) report.layers.push_back(parse_layer(layer));
  return report;
}
}  // namespace engine

std::string summary_of(const PrecisionReport& report) {
  if (report.asked != Precision::automatic) return std::string(engine::name_of(report.asked));
  const auto lowered = std::ranges::count_if(report.layers, &LayerPrecision::lowered);
  if (lowered == 0) return "f32";
  return cat("bf16 in ", lowered, " of ", report.layers.size(), " layers");
}

}  // namespace tenon
