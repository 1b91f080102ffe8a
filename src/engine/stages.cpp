#include "engine/stages.h"

#include <algorithm>
#include <numeric>

#include "engine/contexts.h"
#include "runtime/executors.h"

namespace tenon {

namespace {
constexpr std::int64_t kMostPlanningElements = 64;  // of an input that says a shape, or as much as one

using Values = std::map<std::string, Tensor>;

bool plans_by_value(const Type& type) {
  return type.dtype == DType::i64 && type.size() <= kMostPlanningElements;
}

Values planning_values(const StagedProgram& program, const NamedTensors& inputs) {
  Values values;
  for (const std::string& name : program.planning)
    if (const Tensor* value = find(inputs, name); value && plans_by_value(Type::of(*value)))
      values.emplace(name, *value);
  return values;
}

StageCache::Key key_of(const StagedProgram& program, const NamedTensors& inputs,
                       const std::map<std::string, Type>& types) {
  StageCache::Key key = {program.number};
  for (const auto& [name, type] : types) {
    key.push_back(type.rank());
    for (const Dim dim : type.dims) key.push_back(dim.constant());
  }
  if (program.planning.empty()) return key;
  for (const auto& [name, value] : planning_values(program, inputs)) {
    const auto elements = value.as<std::int64_t>();
    key.insert(key.end(), elements.begin(), elements.end());
  }
  return key;
}

// Bound to what is handed in and to what is handed out, so that nothing is copied.
std::vector<Tensor> run_session(EngineSession::State& session, const NamedTensors& inputs, const Stop& stop) {
  const Executable& executable = *session.executable;
  for (std::size_t i = 0; i < executable.inputs.size(); ++i)
    session.bind(session.inputs, session.input_addresses, i, *find(inputs, executable.inputs[i].name));
  std::vector<Tensor> results;
  for (std::size_t i = 0; i < executable.outputs.size(); ++i) {
    const Type& type = executable.outputs[i].type;
    results.push_back(Tensor::empty(type.dtype, type.shape()));
    session.bind(session.outputs, session.output_addresses, i, results.back());
  }
  session.run(stop);
  return results;
}

// What a part of a stage hands on, by name; it stands behind its share of the outputs.
void hand_on(NamedTensors& values, const std::vector<std::string>& names, std::span<const Tensor> results,
             std::size_t first) {
  for (std::size_t i = first; i < results.size(); ++i) values.emplace_back(names[i], results[i]);
}

std::vector<std::string> names_of(const std::vector<Slot>& slots) {
  std::vector<std::string> names;
  for (const Slot& slot : slots) names.push_back(slot.name);
  return names;
}

std::vector<std::string> output_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const NamedRef& output : graph.outputs()) names.push_back(output.name);
  return names;
}

NamedTensors inputs_of(const Graph& graph, const NamedTensors& values) {
  NamedTensors inputs;
  for (const std::uint32_t id : graph.inputs()) {
    const std::string& name = name_of(graph.nodes()[id]);
    inputs.emplace_back(name, *find(values, name));
  }
  return inputs;
}

std::map<std::string, Type> types_of(const NamedTensors& tensors) {
  std::map<std::string, Type> types;
  for (const auto& [name, tensor] : tensors) types.emplace(name, Type::of(tensor));
  return types;
}

// The outputs of a program, put together from those of its stages.
class Assembly {
 public:
  explicit Assembly(std::size_t outputs) : results_(outputs), missing_(outputs) {
    std::iota(missing_.begin(), missing_.end(), 0);
  }

  // `parts` is of what was still missing.
  void put(const std::vector<Stage::Part>& parts, std::span<const Tensor> planned,
           std::span<const Tensor> hosted) {
    std::vector<std::size_t> still;
    auto next_planned = planned.begin();
    auto next_hosted = hosted.begin();
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (parts[i] == Stage::Part::later)
        still.push_back(missing_[i]);
      else
        results_[missing_[i]] = parts[i] == Stage::Part::now ? *next_planned++ : *next_hosted++;
    missing_ = std::move(still);
  }
  std::vector<Tensor> take() { return std::move(results_); }

 private:
  std::vector<Tensor> results_;
  std::vector<std::size_t> missing_;  // their places
};

std::size_t most_contexts(const EngineOptions& options) {
  if (options.contexts > 0) return options.contexts;
  return static_cast<std::size_t>(std::max(1, thread_budget() / options.threads));
}

std::size_t count_of(const std::vector<Stage::Part>& parts, Stage::Part part) {
  return static_cast<std::size_t>(std::ranges::count(parts, part));
}
}  // namespace

std::shared_ptr<StageCache::Entry> StageCache::find(const Key& key,
                                                    const std::map<std::string, Type>& types) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(entries_, [&](const auto& entry) { return entry->key == key; });
  if (found != entries_.end()) {
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front();
  }
  make_room(key[0]);
  entries_.push_front(std::make_shared<Entry>());
  entries_.front()->key = key;
  entries_.front()->types = types;
  return entries_.front();
}

bool StageCache::drop_unused() {
  const std::lock_guard lock(mutex_);
  // The lock is free where nobody else has the entry; with it comes what was planned under it.
  const auto is_unused = [](const std::shared_ptr<Entry>& entry) {
    if (entry.use_count() != 1) return false;
    const std::unique_lock planned(entry->mutex, std::try_to_lock);
    return planned && entry->stage && entry->stage.use_count() == 1;
  };
  const auto last = std::find_if(entries_.rbegin(), entries_.rend(), is_unused);
  if (last == entries_.rend()) return false;
  entries_.erase(std::next(last).base());
  return true;
}

std::vector<std::map<std::string, Type>> StageCache::shapes_of(std::int64_t program) {
  const std::lock_guard lock(mutex_);
  std::vector<std::map<std::string, Type>> shapes;
  for (const auto& entry : entries_)
    if (entry->key[0] == program) shapes.push_back(entry->types);
  return shapes;
}

void StageCache::make_room(std::int64_t program) {
  constexpr std::size_t kPrograms = 16;
  const auto is_of_program = [&](const auto& entry) { return entry->key[0] == program; };
  if (static_cast<std::size_t>(std::ranges::count_if(entries_, is_of_program)) >= capacity_)
    entries_.erase(std::next(std::find_if(entries_.rbegin(), entries_.rend(), is_of_program)).base());
  if (entries_.size() >= kPrograms * capacity_) entries_.pop_back();
}

StagedRunner::StagedRunner(std::shared_ptr<EngineCore> core)
    : core_(std::move(core)), cache_(core_->options.plans), whole_(number(core_->content.program)) {
  whole_.planning = planning_inputs(*whole_.graph);
}

StagedProgram StagedRunner::number(std::shared_ptr<const Graph> graph) {
  return {programs_++, std::move(graph), {}};
}

PlannedStage StagedRunner::plan(const StagedProgram& program, const NamedTensors& inputs,
                                const Types& types) {
  PreparedStage made = core_->compile_stage_for(*program.graph, types, planning_values(program, inputs));
  PlannedStage planned{nullptr, std::move(made.stage.outputs), std::move(made.stage.host), {}, {}};
  if (made.planned)
    planned.contexts =
        std::make_unique<Contexts>(std::make_unique<EngineSession::State>(core_, std::move(*made.planned),
                                                                          EngineSession::State::Bound::later),
                                   most_contexts(core_->options));
  for (const Node& node : planned.host.nodes())
    for (const auto& body : node.bodies) planned.bodies.emplace(body.get(), number(body));
  if (!made.stage.later.nodes().empty())
    planned.later = number(std::make_shared<const Graph>(std::move(made.stage.later)));
  ++plans_made_;
  return planned;
}

std::shared_ptr<const PlannedStage> StagedRunner::planned_stage(const StagedProgram& program,
                                                                const NamedTensors& inputs,
                                                                const Types& types) {
  const auto entry = cache_.find(key_of(program, inputs, types), types);
  const std::lock_guard lock(entry->mutex);
  while (!entry->stage) try {
      entry->stage = std::make_shared<const PlannedStage>(plan(program, inputs, types));
    } catch (const OverBudget&) {
      if (!cache_.drop_unused()) throw;
    }
  return entry->stage;
}

StagedRunner::Run StagedRunner::run_stage(const StagedProgram& program, const NamedTensors& inputs,
                                          const Types& types, const Stop& stop) {
  const auto stage = planned_stage(program, inputs, types);
  if (!stage->contexts) return {stage, {}};
  const Contexts::Lease session = stage->contexts->take(stop);
  return {stage, run_session(*session, inputs, stop)};
}

std::vector<Tensor> StagedRunner::run(const StagedProgram& program, const NamedTensors& inputs,
                                      const Types& types, const Stop& stop) {
  Run first = run_stage(program, inputs, types, stop);
  if (first.stage->whole()) return std::move(first.planned);
  return go_on(std::move(first), inputs, stop);
}

std::vector<Tensor> StagedRunner::go_on(Run run, NamedTensors values, const Stop& stop) {
  Assembly results(run.stage->outputs.size());
  Leases held;
  while (true) {
    const PlannedStage& stage = *run.stage;
    if (stage.contexts)
      hand_on(values, names_of(stage.contexts->any().executable->outputs), run.planned,
              count_of(stage.outputs, Stage::Part::now));
    const std::vector<Tensor> hosted = run_host(stage, values, stop, held);
    hand_on(values, output_names(stage.host), hosted, count_of(stage.outputs, Stage::Part::host));
    results.put(stage.outputs, run.planned, hosted);
    if (!stage.later) return results.take();
    const StagedProgram later = *stage.later;
    values = inputs_of(*later.graph, values);
    run = run_stage(later, values, types_of(values), stop);
  }
}

void StagedRunner::warm(const Types& types) {
  require(whole_.planning.empty(), "plans of this program depend on values of its input '",
          whole_.planning.empty() ? "" : whole_.planning[0], "', not on shapes alone: run it once instead");
  planned_stage(whole_, {}, types);
}

std::vector<StagedRunner::Types> StagedRunner::planned() {
  return whole_.planning.empty() ? cache_.shapes_of(whole_.number) : std::vector<Types>();
}

}  // namespace tenon
