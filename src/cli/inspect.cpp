#include "base/files.h"
#include "cli/commands.h"
#include "cli/feeding.h"
#include "cli/memory_picture.h"
#include "cli/model.h"
#include "cli/output.h"
#include "cli/page.h"
#include "cli/precision.h"
#include "cli/tuning.h"
#include "engine/content.h"
#include "engine/precision.h"
#include "pass/specialise.h"

namespace tenon::cli {

namespace {
std::map<std::string, Type> types_for(const Engine& engine, const Shapes& shapes) {
  std::map<std::string, Type> types;
  for (const Port& port : engine.inputs())
    types.emplace(port.name, Type::of(port.type.dtype, shapes.at(port.name)));
  return types;
}

Json ports_json(const std::vector<Port>& ports) {
  Json::Array array;
  for (const Port& port : ports)
    array.emplace_back(Json::Object{{"name", port.name}, {"type", to_string(port.type)}});
  return array;
}

Json summary_json(const Engine& engine) {
  const AccuracyReport& report = engine.report();
  const EngineInfo& info = engine.info();
  return Json::Object{
      {"inputs", ports_json(engine.inputs())},
      {"outputs", ports_json(engine.outputs())},
      {"class_names", Json::Array(info.class_names.begin(), info.class_names.end())},
      {"weights", Json::Object{{"tensors", engine.weights().size()}, {"bytes", engine.weight_bytes()}}},
      {"notes", Json::Object(info.notes.begin(), info.notes.end())},
      {"precision", engine::precision_json(info.precision)},
      {"checked", engine::report_json(report)}};
}

std::vector<Row> summary_rows(const Engine& engine) {
  std::vector<Row> rows;
  for (const Port& port : engine.inputs()) rows.push_back({"input", port.name + "  " + to_string(port.type)});
  for (const Port& port : engine.outputs())
    rows.push_back({"output", port.name + "  " + to_string(port.type)});
  rows.push_back({"weights", cat(engine.weights().size(), " tensors, ", in_bytes(engine.weight_bytes()))});
  if (!engine.info().class_names.empty()) rows.push_back({"classes", cat(engine.info().class_names)});
  for (const auto& [name, value] : engine.info().notes)
    if (name != kRecipeNote && name != kInterfaceNote) rows.push_back({name, value});
  for (const OutputError& error : engine.report().outputs)
    rows.push_back(
        {"checked", cat(error.output, " on ", engine.report().items, " items: off by ",
                        in_error(error.relative), " of the largest, ", in_error(error.ulps), " ulps")});
  rows.push_back({"precision", precision_text(engine.info().precision)});
  return rows;
}

std::string summary_text(const Engine& engine) {
  const std::string layers = layers_text(engine.info().precision);
  return list(summary_rows(engine)) + (layers.empty() ? "" : "\n" + layers);
}

struct Memory {
  std::size_t weights, prepared, constants, scratch, inputs, outputs;
};

Memory memory_of(const Engine& engine, const EngineSession& session) {
  Memory memory{engine.weight_bytes(),
                engine.prepared_bytes(),
                session.constant_bytes(),
                session.scratch_bytes(),
                0,
                0};
  for (const Port& port : engine.inputs()) memory.inputs += session.input(port.name).bytes();
  for (const Port& port : engine.outputs()) memory.outputs += session.output(port.name).bytes();
  return memory;
}

Json memory_json(const Memory& memory) {
  return Json::Object{{"weights", memory.weights},     {"prepared", memory.prepared},
                      {"constants", memory.constants}, {"scratch", memory.scratch},
                      {"inputs", memory.inputs},       {"outputs", memory.outputs}};
}

std::string memory_text(const Memory& memory) {
  return table({{"memory", "bytes"},
                {"weights", in_bytes(memory.weights)},
                {"made of weights", in_bytes(memory.prepared)},
                {"constants", in_bytes(memory.constants)},
                {"between steps", in_bytes(memory.scratch)},
                {"inputs", in_bytes(memory.inputs)},
                {"outputs", in_bytes(memory.outputs)}});
}

Json plan_json(const std::vector<StepInfo>& steps) {
  Json::Array array;
  for (const StepInfo& step : steps)
    array.emplace_back(Json::Object{{"step", step.name},
                                    {"depth", step.depth},
                                    {"ran_as", step.ran_as},
                                    {"microseconds", step.microseconds}});
  return array;
}

std::string plan_text(const std::vector<StepInfo>& steps) {
  std::vector<Row> rows{{"step", "ran as", "time"}};
  for (const StepInfo& step : steps)
    rows.push_back({std::string(static_cast<std::size_t>(2 * step.depth), ' ') + step.name, step.ran_as,
                    in_time(step.microseconds)});
  return table(rows);
}

std::string program_text(const Engine& engine, const std::string& stage, std::int64_t batch) {
  if (stage == "source") return print(engine.program());
  const Shapes shapes = shapes_for(engine, batch);
  if (stage == "typed") return print(specialise(engine.program(), types_for(engine, shapes)));
  return engine.session(shapes).lowered();
}
Page page_of(const InspectArguments& arguments, const Engine& engine, EngineSession& session) {
  Page page;
  page.title = arguments.model;
  page.summary = list(summary_rows(engine));
  page.layers = layers_text(engine.info().precision);
  if (!engine.info().tuned.empty()) page.tuned = ways_text(engine.info().tuned);
  page.steps = session.profile();
  page.memory = memory_text(memory_of(engine, session));
  page.memory_picture = memory_svg(session);
  for (const char* stage : {"source", "typed", "lowered"})
    page.programs.emplace_back(stage, program_text(engine, stage, arguments.batch));
  return page;
}

std::string written(std::string_view what, const std::string& path, const std::string& content) {
  work([&] { write_atomically(path, content); });
  return cat(what, ": ", path, "\n");
}

bool asks_for_session(const InspectArguments& arguments) {
  return arguments.plan || arguments.memory || !arguments.svg.empty() || !arguments.html.empty();
}

// Adds what is asked for of how the model runs, and returns the same as text.
std::string inspect_session(const InspectArguments& arguments, const Engine& engine, Json::Object& json) {
  EngineSession session = engine.session(shapes_for(engine, arguments.batch));
  session.run();  // the first run pays for what later ones do not
  std::string text;
  if (arguments.plan) {
    const std::vector<StepInfo> steps = session.profile();
    json.emplace_back("plan", plan_json(steps));
    text += plan_text(steps);
  }
  if (arguments.memory) {
    const Memory memory = memory_of(engine, session);
    json.emplace_back("memory", memory_json(memory));
    text += memory_text(memory);
  }
  if (!arguments.svg.empty()) text += written("memory", arguments.svg, memory_svg(session));
  if (!arguments.html.empty())
    text += written("page", arguments.html, to_html(page_of(arguments, engine, session)));
  return text;
}
}  // namespace

int execute(const InspectArguments& arguments) {
  const Model model = open_model(arguments.model, arguments.running);
  const Engine& engine = model.engine;
  Json::Object json = summary_json(engine).object();
  std::string text;
  if (!arguments.stage.empty()) {
    const std::string program = program_text(engine, arguments.stage, arguments.batch);
    json.emplace_back("program", program);
    text += program;
  }
  if (asks_for_session(arguments)) text += inspect_session(arguments, engine, json);
  if (arguments.json)
    print_json(std::move(json));
  else
    print(text.empty() ? summary_text(engine) : text);
  return kDone;
}

}  // namespace tenon::cli
