#include <algorithm>

#include "engine/errors.h"
#include "engine/inputs.h"
#include "engine/state.h"
#include "engine/taps.h"

namespace tenon {

namespace {
using Types = std::map<std::string, Type>;

Types types_of(const NamedTensors& tensors) {
  Types types;
  for (const auto& [name, tensor] : tensors) types.emplace(name, Type::of(tensor));
  return types;
}

std::unique_ptr<EngineSession::State> session_for(const std::shared_ptr<EngineCore>& core,
                                                  const Types& types) {
  return std::make_unique<EngineSession::State>(core, core->compile_for(types));
}
}  // namespace

Engine::State::State(engine::Content content, EngineOptions options)
    : core(std::make_shared<EngineCore>(std::move(content), std::move(options))), runner(core) {}

Engine::Engine(std::shared_ptr<State> state) : state_(std::move(state)) {}

Engine::Engine(const Graph& program, NamedTensors weights, EngineInfo info, EngineOptions options)
    : state_(std::make_shared<State>(
          engine::Content{
              std::make_shared<const Graph>(program.clone()), std::move(weights), std::move(info), {}},
          std::move(options))) {}

Engine Engine::load(const std::string& path, EngineOptions options) {
  return Engine(std::make_shared<State>(engine::read_content(path), std::move(options)));
}

Engine Engine::from_memory(std::span<std::byte> file, std::shared_ptr<void> owner, EngineOptions options) {
  return Engine(
      std::make_shared<State>(engine::read_content(file, "engine in memory", owner), std::move(options)));
}

void Engine::save(const std::string& path) const { engine::write_content(path, state_->core->content); }

NamedTensors Engine::run(const NamedTensors& inputs) const {
  const Types types = engine::match_inputs(program(), types_of(inputs));
  std::vector<Tensor> found = state_->runner.run(inputs, types);
  NamedTensors results;
  for (std::size_t i = 0; i < found.size(); ++i)
    results.emplace_back(program().outputs()[i].name, std::move(found[i]));
  return results;
}

Tensor Engine::run(const Tensor& input) const {
  require(program().inputs().size() == 1, "this engine has ", program().inputs().size(),
          " inputs: give each by its name");
  return run({{name_of(program().nodes()[program().inputs()[0]]), input}}).front().second;
}

EngineSession Engine::session(const Shapes& inputs) const {
  Types types;
  for (const auto& [name, shape] : inputs) {
    const auto input = program().find_input(name);
    types.emplace(name, Type::of(input ? program().type(*input).dtype : DType::f32, shape));
  }
  return EngineSession(session_for(state_->core, engine::match_inputs(program(), types)));
}

AccuracyReport Engine::verify(const NamedTensors& inputs) const {
  const Engine judge(program(), weights(), {}, {.backend = "reference"});
  const NamedTensors wanted = judge.run(inputs);
  const NamedTensors found = run(inputs);
  AccuracyReport report{state_->core->backend->device().name, 0, {}};
  const Tensor& first = inputs.front().second;
  report.items = first.rank() == 0 ? 1 : first.dim(0);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    report.outputs.push_back(engine::error_between(wanted[i].first, found[i].second, wanted[i].second));
  return report;
}

Engine Engine::with_report(AccuracyReport report) const {
  engine::Content content = state_->core->content;
  content.report = std::move(report);
  return Engine(std::make_shared<State>(std::move(content), state_->core->options));
}

const Graph& Engine::program() const { return *state_->core->content.program; }
const NamedTensors& Engine::weights() const { return state_->core->content.weights; }
const EngineInfo& Engine::info() const { return state_->core->content.info; }
const AccuracyReport& Engine::report() const { return state_->core->content.report; }
const EngineOptions& Engine::options() const { return state_->core->options; }
std::size_t Engine::plans_made() const { return state_->runner.plans_made(); }
std::size_t Engine::values_prepared() const { return state_->core->values_prepared; }
std::size_t Engine::prepared_bytes() const { return state_->core->prepared_bytes; }

Engine Engine::with_weights(NamedTensors weights) const {
  engine::Content content = state_->core->content;
  content.weights = std::move(weights);
  content.report = {};
  return Engine(std::make_shared<State>(std::move(content), state_->core->options));
}

std::vector<Port> Engine::inputs() const {
  std::vector<Port> ports;
  for (const std::uint32_t id : program().inputs())
    ports.push_back({name_of(program().nodes()[id]), program().nodes()[id].results[0]});
  return ports;
}

std::vector<Port> Engine::outputs() const {
  std::vector<Port> ports;
  for (const auto& [name, ref] : program().outputs()) ports.push_back({name, program().type(ref)});
  return ports;
}

std::vector<Port> Engine::values() const {
  std::vector<Port> ports;
  for (const auto& [name, ref] : engine::tappable(program())) ports.push_back({name, program().type(ref)});
  return ports;
}

Engine Engine::with_taps(const std::vector<std::string>& values) const {
  return {engine::with_outputs(program(), engine::find_values(program(), values)), weights(), info(),
          options()};
}

std::size_t Engine::weight_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [name, tensor] : weights()) bytes += tensor.bytes();
  return bytes;
}

}  // namespace tenon
