#include <cmath>

#include "base/json.h"
#include "engine/content.h"
#include "engine/precision.h"

namespace tenon::engine {

namespace {
OutputError parse_error(const Json& json) {
  return {json.at("output").string(), number_or_infinity(json.at("absolute")),
          number_or_infinity(json.at("relative")), number_or_infinity(json.at("ulps"))};
}

std::vector<TunedNode> parse_tuned(const Json& json) {
  std::vector<TunedNode> nodes;
  for (const Json& entry : json.array()) {
    TunedNode node{entry.at("key").string(), entry.at("node").string(), {}};
    for (const Json& way : entry.at("ways").array())
      node.ways.emplace_back(way.at("way").string(), way.at("us").number());
    require(!node.ways.empty(), "'", node.node, "' was tuned, and there is no way in which it runs");
    nodes.push_back(std::move(node));
  }
  return nodes;
}
}  // namespace

Json tuned_json(const std::vector<TunedNode>& nodes) {
  Json::Array array;
  for (const TunedNode& node : nodes) {
    Json::Array ways;
    for (const auto& [way, microseconds] : node.ways)
      ways.emplace_back(Json::Object{{"way", way}, {"us", microseconds}});
    array.emplace_back(Json::Object{{"key", node.key}, {"node", node.node}, {"ways", std::move(ways)}});
  }
  return array;
}

std::string info_text(const EngineInfo& info) {
  Json::Array names(info.class_names.begin(), info.class_names.end());
  const Json::Object scores(info.scores.begin(), info.scores.end());
  const Json::Object notes(info.notes.begin(), info.notes.end());
  Json::Object json{{"class_names", std::move(names)}, {"scores", scores}, {"notes", notes}};
  if (info.precision.asked != Precision::f32) json.emplace_back("precision", precision_json(info.precision));
  if (!info.tuned.empty()) json.emplace_back("tuned", tuned_json(info.tuned));
  return to_pretty_string(std::move(json));
}

EngineInfo parse_info(std::string_view text) {
  const Json json = parse_json(text, "metadata");
  EngineInfo info;
  for (const Json& name : json.at("class_names").array()) info.class_names.push_back(name.string());
  for (const auto& [name, value] : json.at("scores").object())
    info.scores.emplace_back(name, number_or_infinity(value));
  for (const auto& [name, value] : json.at("notes").object()) info.notes.emplace_back(name, value.string());
  if (const Json* precision = json.find("precision")) info.precision = parse_precision(*precision);
  if (const Json* tuned = json.find("tuned")) info.tuned = parse_tuned(*tuned);
  return info;
}

Json report_json(const AccuracyReport& report) {
  Json::Array outputs;
  for (const OutputError& error : report.outputs)
    outputs.emplace_back(Json::Object{{"output", error.output},
                                      {"absolute", error.absolute},
                                      {"relative", error.relative},
                                      {"ulps", error.ulps}});
  return Json::Object{{"backend", report.backend}, {"items", report.items}, {"outputs", std::move(outputs)}};
}

std::string report_text(const AccuracyReport& report) { return to_pretty_string(report_json(report)); }

AccuracyReport parse_report(std::string_view text) {
  const Json json = parse_json(text, "report");
  AccuracyReport report{json.at("backend").string(), json.at("items").integer(), {}};
  for (const Json& error : json.at("outputs").array()) report.outputs.push_back(parse_error(error));
  return report;
}

}  // namespace tenon::engine
