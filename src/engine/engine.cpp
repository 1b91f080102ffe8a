#include <algorithm>

#include "engine/errors.h"
#include "engine/inputs.h"
#include "engine/state.h"
#include "engine/taps.h"
#include "runtime/executors.h"
#include "tenon/log.h"

namespace tenon {

namespace {
using Types = std::map<std::string, Type>;

Types types_of(const NamedTensors& tensors) {
  Types types;
  for (const auto& [name, tensor] : tensors) types.emplace(name, Type::of(tensor));
  return types;
}

Types types_for(const Graph& program, const Shapes& shapes) {
  Types types;
  for (const auto& [name, shape] : shapes) {
    const auto input = program.find_input(name);
    types.emplace(name, Type::of(input ? program.type(*input).dtype : DType::f32, shape));
  }
  return engine::match_inputs(program, engine::with_key_type(program, std::move(types)));
}

std::unique_ptr<EngineSession::State> session_for(const std::shared_ptr<EngineCore>& core,
                                                  const Types& types) {
  return std::make_unique<EngineSession::State>(core, core->compile_for(types));
}
}  // namespace

Engine::State::State(engine::Content content, EngineOptions chosen)
    : live_(std::make_shared<LiveEngine>(std::make_shared<EngineCore>(
          content, chosen, std::make_shared<MemoryBudget>(chosen.memory_limit)))),
      program(std::move(content.program)),
      draws_numbers(engine::draws_numbers(*program)),
      info(std::move(content.info)),
      report(std::move(content.report)),
      options(std::move(chosen)) {}

// The new one is made, and planned for what the old one was used for, before it takes its place. Both share
// the limit on memory; what cannot be planned now, for want of it or at all, is left to the calls that ask
// for it.
void Engine::State::reload(NamedTensors weights) {
  const std::lock_guard lock(reloading_);
  const auto old = live();
  const auto fresh = std::make_shared<LiveEngine>(std::make_shared<EngineCore>(
      engine::Content{program, std::move(weights), info, report}, options, old->core->memory));
  for (const Types& types : old->runner.planned()) try {
      fresh->runner.warm(types);
    } catch (const Error& error) {
      log(LogLevel::debug, cat("not planned while reloading: ", error.what()));
    }
  const std::lock_guard swapping(mutex_);
  live_ = fresh;
}

Engine::Engine(std::shared_ptr<State> state) : state_(std::move(state)) {}

Engine::Engine(const Graph& program, NamedTensors weights, EngineInfo info, EngineOptions options)
    : state_(std::make_shared<State>(
          engine::Content{
              std::make_shared<const Graph>(program.clone()), std::move(weights), std::move(info), {}},
          std::move(options))) {}

Engine Engine::load(const std::string& path, EngineOptions options) {
  return Engine(std::make_shared<State>(engine::read_content(path), std::move(options)));
}

Engine Engine::from_memory(std::span<std::byte> file, const std::shared_ptr<void>& owner,
                           EngineOptions options) {
  return Engine(
      std::make_shared<State>(engine::read_content(file, "engine in memory", owner), std::move(options)));
}

void Engine::save(const std::string& path) const {
  engine::write_content(path, state_->live()->core->content);
}

NamedTensors Engine::run(const NamedTensors& inputs, const CallOptions& options) const {
  const auto live = state_->live();
  if (state_->draws_numbers && !find(inputs, kRandomKeyInput))
    return run(engine::with_key(program(), inputs, live->core->keys.next()), options);
  const Types types = engine::match_inputs(program(), types_of(inputs));
  const Stop stop{options.deadline, options.cancel};
  std::vector<Tensor> found;
  const auto run = [&] {
    stop.check();
    found = live->runner.run(inputs, types, stop);
  };
  if (state_->options.threads == 1)
    run();
  else
    Executors::shared().run(state_->options.threads, run);
  NamedTensors results;
  for (std::size_t i = 0; i < found.size(); ++i)
    results.emplace_back(program().outputs()[i].name, std::move(found[i]));
  return results;
}

void Engine::run_async(NamedTensors inputs, std::function<void(std::future<NamedTensors>)> done,
                       CallOptions options) const {
  const auto job = [engine = *this, inputs = std::move(inputs), done = std::move(done),
                    options = std::move(options)] {
    std::promise<NamedTensors> promise;
    try {
      promise.set_value(engine.run(inputs, options));
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
    done(promise.get_future());
  };
  Executors::shared().start(state_->options.threads, job);
}

std::future<NamedTensors> Engine::run_async(NamedTensors inputs, CallOptions options) const {
  const auto promise = std::make_shared<std::promise<NamedTensors>>();
  std::future<NamedTensors> future = promise->get_future();
  const auto done = [promise](std::future<NamedTensors> outputs) {
    try {
      promise->set_value(outputs.get());
    } catch (...) {
      promise->set_exception(std::current_exception());
    }
  };
  run_async(std::move(inputs), done, std::move(options));
  return future;
}

void Engine::warm(const Shapes& inputs) const { state_->live()->runner.warm(types_for(program(), inputs)); }

void Engine::reload(NamedTensors weights) const { state_->reload(std::move(weights)); }

Tensor Engine::run(const Tensor& input) const {
  const std::vector<Port> wanted = inputs();
  require(wanted.size() == 1, "this engine has ", wanted.size(), " inputs: give each by its name");
  return run({{wanted[0].name, input}}).front().second;
}

EngineSession Engine::session(const Shapes& inputs) const {
  return EngineSession(session_for(state_->live()->core, types_for(program(), inputs)));
}

AccuracyReport Engine::verify(const NamedTensors& inputs) const {
  const Engine judge(program(), weights(), {}, {.backend = "reference"});
  const NamedTensors given = engine::with_key(program(), inputs, engine::kFixedKey);
  const NamedTensors wanted = judge.run(given);
  const NamedTensors found = run(given);
  AccuracyReport report{state_->live()->core->backend->device().name, 0, {}};
  const bool has_items = !inputs.empty() && inputs.front().second.rank() > 0;
  report.items = has_items ? inputs.front().second.dim(0) : 1;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    report.outputs.push_back(engine::error_between(wanted[i].first, found[i].second, wanted[i].second));
  return report;
}

Engine Engine::with_report(AccuracyReport report) const {
  engine::Content content = state_->live()->core->content;
  content.report = std::move(report);
  return Engine(std::make_shared<State>(std::move(content), state_->options));
}

// By a run of an engine of the same content that measures whatever it plans.
Engine Engine::tuned(const NamedTensors& inputs) const {
  engine::Content content = state_->live()->core->content;
  content.info.tuned.clear();
  const Engine measuring(std::make_shared<State>(content, state_->options));
  const auto tuner = std::make_shared<Tuner>();
  measuring.state_->live()->core->tuner = tuner;
  measuring.run(inputs);
  content.info.tuned = tuner->nodes();
  return Engine(std::make_shared<State>(std::move(content), state_->options));
}

const Graph& Engine::program() const { return *state_->program; }
NamedTensors Engine::weights() const { return state_->live()->core->content.weights; }
const EngineInfo& Engine::info() const { return state_->info; }
const AccuracyReport& Engine::report() const { return state_->report; }
const EngineOptions& Engine::options() const { return state_->options; }
std::size_t Engine::plans_made() const { return state_->live()->runner.plans_made(); }
std::size_t Engine::values_prepared() const { return state_->live()->core->values_prepared; }
std::size_t Engine::prepared_bytes() const { return state_->live()->core->prepared_bytes; }

Engine Engine::with_weights(NamedTensors weights) const {
  engine::Content content = state_->live()->core->content;
  content.weights = std::move(weights);
  content.report = {};
  return Engine(std::make_shared<State>(std::move(content), state_->options));
}

std::vector<Port> Engine::inputs() const {
  std::vector<Port> ports;
  for (const std::uint32_t id : program().inputs()) {
    const Node& node = program().nodes()[id];
    if (!state_->draws_numbers || name_of(node) != kRandomKeyInput)
      ports.push_back({name_of(node), node.results[0]});
  }
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
