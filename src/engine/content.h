// What the sections of an engine file say.
#pragma once

#include "base/json.h"
#include "engine/sections.h"
#include "tenon/engine.h"

namespace tenon::engine {

struct Content {
  std::shared_ptr<const Graph> program;
  NamedTensors weights;  // the program's states, in its order
  EngineInfo info;
  AccuracyReport report;
};

Content read_content(const std::string& path);
// From memory that `owner` keeps alive: the weights stay there. `name` for errors.
Content read_content(std::span<std::byte> file, std::string_view name, const std::shared_ptr<void>& owner);
void write_content(const std::string& path, const Content& content);

// Fails where a program cannot be an engine's, or its weights are not those it needs; returns the latter in
// the program's order.
NamedTensors check_program(const Graph& program, const NamedTensors& weights);

std::string info_text(const EngineInfo& info);
EngineInfo parse_info(std::string_view text);
Json report_json(const AccuracyReport& report);
std::string report_text(const AccuracyReport& report);
AccuracyReport parse_report(std::string_view text);
Json tuned_json(const std::vector<TunedNode>& nodes);

}  // namespace tenon::engine
