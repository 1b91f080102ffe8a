#include <algorithm>

#include "base/pages.h"
#include "engine/precision.h"
#include "engine/state.h"

namespace tenon {

std::vector<std::string> optional_engine_passes() {
  const auto names = optional_passes();
  return {names.begin(), names.end()};
}

EngineCore::EngineCore(engine::Content chosen, EngineOptions chosen_options,
                       std::shared_ptr<MemoryBudget> budget)
    : content(std::move(chosen)),
      options(std::move(chosen_options)),
      backend(choose_backend(options.backend)),
      states(backend),
      memory(std::move(budget)) {
  const std::vector<std::string> passes = optional_engine_passes();
  for (const std::string& name : options.without)
    require(std::ranges::find(passes, name) != passes.end(), "there is no pass '", name,
            "' to leave out; there are ", passes);
  require(options.threads >= 1, "an engine needs at least one thread, not ", options.threads);
  content.weights = engine::check_program(*content.program, content.weights);
  Choices choices;
  for (const TunedNode& node : content.info.tuned) choices.emplace(node.key, node.ways.front().first);
  choices_ = std::make_shared<const Choices>(std::move(choices));
}

CompileOptions EngineCore::compile_options() const {
  CompileOptions compile;
  compile.backend = {options.threads, options.cache, options.keep_nan, choices_};
  compile.tuner = tuner;
  compile.disabled = options.without;
  compile.lowers = engine::lowers(content.info.precision);
  compile.own_pass = options.own_pass;
  compile.explain = options.explain;
  return compile;
}

PreparedExecutable EngineCore::compile_for(const std::map<std::string, Type>& types) const {
  return compile_prepared(*content.program, types, *backend, compile_options());
}

PreparedStage EngineCore::compile_stage_for(const Graph& program, const std::map<std::string, Type>& types,
                                            const std::map<std::string, Tensor>& values) const {
  return compile_stage(program, types, values, *backend, compile_options());
}

Runner EngineCore::bind(std::shared_ptr<const Executable> executable, const Graph& prepare,
                        Scratch& scratch) {
  const std::lock_guard lock(mutex_);
  prepare_missing(*executable, prepare);
  adopt_weights(*executable, states);
  return {backend, std::move(executable), states, scratch};
}

void EngineCore::adopt_weights(const Executable& executable, States& into) const {
  for (const Slot& slot : executable.states) {
    const Tensor* const weight = find(content.weights, slot.name);
    if (weight && !into.contains(slot.name)) into.adopt(slot.name, *weight);
  }
}

// What this executable reads and no session before has needed.
void EngineCore::prepare_missing(const Executable& executable, const Graph& prepare) {
  std::vector<NamedRef> missing;
  std::ranges::copy_if(prepare.updates(), std::back_inserter(missing), [&](const NamedRef& update) {
    return !states.contains(update.name) &&
           std::ranges::find(executable.states, update.name, &Slot::name) != executable.states.end();
  });
  for (Preparation& part : compile_preparation(prepare, missing, *backend, compile_options()))
    run_preparation(std::move(part), prepare);
}

// The weights that the values are made of stay on the device no longer than that, nor do those that stand in
// a file stay in memory.
void EngineCore::run_preparation(Preparation part, const Graph& prepare) {
  const auto preparation = std::make_shared<const Executable>(std::move(part.executable));
  States made(backend);
  adopt_weights(*preparation, made);
  for (const NamedRef& value : part.values) made.reserve(value.name, prepare.type(value.ref));
  Scratch scratch(backend);
  const auto stream = backend->make_stream({options.threads, options.cache});
  Runner(backend, preparation, made, scratch).run(*stream, {}, {});
  backend->synchronize(*stream);
  for (const NamedRef& value : part.values) {
    states.share(value.name, made);
    prepared_bytes += states.type(value.name).bytes();
  }
  values_prepared += part.values.size();
  for (const Slot& slot : preparation->states)
    if (const Tensor* const weight = find(content.weights, slot.name))
      release_file_pages({static_cast<const std::byte*>(weight->raw()), weight->bytes()});
}

}  // namespace tenon
