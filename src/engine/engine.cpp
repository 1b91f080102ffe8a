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

SessionCache::Key key_of(const Types& types) {
  SessionCache::Key key;
  for (const auto& [name, type] : types)
    for (const Dim dim : type.dims) key.push_back(dim.constant());
  return key;
}

std::unique_ptr<EngineSession::State> session_for(const std::shared_ptr<EngineCore>& core,
                                                  const Types& types) {
  return std::make_unique<EngineSession::State>(core, core->compile_for(types));
}

// Bound to what is asked for and to what is answered, so that nothing is copied.
NamedTensors run_once(EngineSession& session, const NamedTensors& inputs, const std::vector<Port>& outputs) {
  NamedTensors results;
  for (const auto& [name, tensor] : inputs) session.bind_input(name, tensor);
  for (const Port& port : outputs) {
    const Tensor& before = session.output(port.name);
    results.emplace_back(port.name, Tensor::empty(before.dtype(), before.shape()));
    session.bind_output(port.name, results.back().second);
  }
  session.run();
  return results;
}
}  // namespace

std::shared_ptr<SessionCache::Entry> SessionCache::find(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(entries_, [&](const auto& entry) { return entry->key == key; });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front();
  }
  if (entries_.size() == capacity_) entries_.pop_back();
  entries_.push_front(std::make_shared<Entry>());
  entries_.front()->key = key;
  return entries_.front();
}

Engine::State::State(engine::Content content, EngineOptions options)
    : core(std::make_shared<EngineCore>(std::move(content), std::move(options))),
      cache(core->options.plans) {}

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
  const auto entry = state_->cache.find(key_of(types));
  const std::lock_guard lock(entry->mutex);
  if (!entry->session) {
    entry->session = EngineSession(session_for(state_->core, types));
    ++state_->plans_made;
  }
  return run_once(*entry->session, inputs, outputs());
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
std::size_t Engine::plans_made() const { return state_->plans_made; }
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
