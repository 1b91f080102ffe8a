#include "plan/executable.h"

#include <algorithm>
#include <map>
#include <set>

#include "plan/arena.h"

namespace tenon {

namespace {
Slot slot_of(const Node& leaf) { return {name_of(leaf), leaf.results[0]}; }

// Gives every value that a phase reads or writes its place.
class Assembler {
 public:
  Assembler(const Graph& typed, std::vector<Part> parts) : graph_(typed), parts_(std::move(parts)) {}

  Executable run() {
    place_leaves();
    place_results();
    for (std::size_t phase = 0; phase < parts_.size(); ++phase) add_own_memory(phase);
    executable_.crossing_bytes = place_blocks(blocks_);
    for (std::size_t phase = 0; phase < parts_.size(); ++phase) bind(phase);
    return std::move(executable_);
  }

 private:
  void place_leaves() {
    for (const std::uint32_t id : graph_.inputs()) {
      places_[{id}] = {Place::Kind::input, index_of_next(executable_.inputs), 0};
      executable_.inputs.push_back(slot_of(graph_.nodes()[id]));
    }
    place_states();
    for (const NamedRef& output : graph_.outputs())
      executable_.outputs.push_back({output.name, graph_.type(output.ref)});
    for (const Part& part : parts_)
      for (const Ref read : part.traffic.reads) place_constant(read);
  }

  // Plans may read others than the program: weights that were packed for them.
  void place_states() {
    std::set<std::string> known;
    for (const Part& part : parts_) {
      if (const auto* plan = std::get_if<Plan>(&part.work)) {
        for (const Slot& slot : plan->states)
          if (known.insert(slot.name).second) executable_.states.push_back(slot);
        continue;
      }
      for (const Ref read : part.traffic.reads) {
        const Node& node = graph_.node(read);
        if (node.op != Op::state) continue;
        if (known.insert(name_of(node)).second) executable_.states.push_back(slot_of(node));
        places_[read] = {Place::Kind::state, index_of_state(name_of(node)), 0};
      }
    }
  }

  std::uint32_t index_of_state(const std::string& name) const {
    const auto found = std::ranges::find(executable_.states, name, &Slot::name);
    return static_cast<std::uint32_t>(found - executable_.states.begin());
  }

  void place_constant(Ref ref) {
    const Node& node = graph_.node(ref);
    if (node.op != Op::constant || places_.contains(ref)) return;
    places_[ref] = {Place::Kind::constant, index_of_next(executable_.constants), 0};
    executable_.constants.push_back(node.attrs.tensor("value"));
  }

  // An output of the program is written, and read by later phases, where the caller wants it. Other values
  // have a block from the phase that writes them to the last one that reads them.
  void place_results() {
    for (std::size_t phase = 0; phase < parts_.size(); ++phase) {
      for (const Ref read : parts_[phase].traffic.reads)
        if (const auto block = block_of_.find(read); block != block_of_.end())
          blocks_[block->second].last = phase;
      for (const auto& [value, output] : parts_[phase].traffic.writes) {
        if (output)
          places_.emplace(value, Place{Place::Kind::output, static_cast<std::uint32_t>(*output), 0});
        else
          block_of_[value] = add_block(graph_.type(value).bytes(), phase);
      }
    }
  }

  void add_own_memory(std::size_t phase) {
    std::vector<std::size_t>& own = own_.emplace_back();
    if (const auto* control = std::get_if<Control>(&parts_[phase].work))
      for (const std::size_t bytes : control->own) own.push_back(add_block(bytes, phase));
  }

  std::size_t add_block(std::size_t bytes, std::size_t phase) {
    blocks_.push_back({bytes, phase, phase});
    return blocks_.size() - 1;
  }

  void bind(std::size_t phase) {
    Part& part = parts_[phase];
    Phase bound{std::move(part.work), {}, {}, {}};
    for (const Ref read : part.traffic.reads) bound.inputs.push_back(place_of(read));
    for (const auto& [value, output] : part.traffic.writes)
      bound.outputs.push_back(output ? Place{Place::Kind::output, static_cast<std::uint32_t>(*output), 0}
                                     : place_of(value));
    for (const std::size_t block : own_[phase]) bound.own.push_back(place_of_block(block));
    executable_.phases.push_back(std::move(bound));
  }

  Place place_of(Ref value) const {
    const auto block = block_of_.find(value);
    return block != block_of_.end() ? place_of_block(block->second) : places_.at(value);
  }
  Place place_of_block(std::size_t block) const { return {Place::Kind::scratch, 0, blocks_[block].offset}; }

  template <class T>
  static std::uint32_t index_of_next(const std::vector<T>& list) {
    return static_cast<std::uint32_t>(list.size());
  }

  const Graph& graph_;
  std::vector<Part> parts_;
  Executable executable_;
  std::map<Ref, Place> places_;  // of leaves and outputs
  std::vector<Block> blocks_;    // of everything else
  std::map<Ref, std::size_t> block_of_;
  std::vector<std::vector<std::size_t>> own_;  // blocks, by phase
};

std::vector<Place> places_in_order(Place::Kind kind, std::size_t count) {
  std::vector<Place> places;
  for (std::uint32_t i = 0; i < count; ++i) places.push_back({kind, i, 0});
  return places;
}

// The sum, over an executable's phases, of what `of_plan` says of a plan and `of_body` of a body.
template <class OfPlan, class OfBody>
void visit(const Executable& executable, const OfPlan& of_plan, const OfBody& of_body) {
  for (const Phase& phase : executable.phases) {
    if (const auto* plan = std::get_if<Plan>(&phase.work)) of_plan(*plan);
    if (const auto* control = std::get_if<Control>(&phase.work))
      for (const Executable& body : control->bodies) of_body(body);
  }
}

std::size_t bytes_of(const std::vector<Tensor>& tensors) {
  std::size_t bytes = 0;
  for (const Tensor& tensor : tensors) bytes += tensor.bytes();
  return bytes;
}
}  // namespace

const Plan* Executable::only_plan() const {
  return phases.size() == 1 ? std::get_if<Plan>(&phases[0].work) : nullptr;
}

Executable make_executable(Plan plan) {
  Executable executable{plan.inputs, plan.outputs, plan.states, {}, {}, 0};
  Phase phase{std::move(plan), {}, {}, {}};
  phase.inputs = places_in_order(Place::Kind::input, executable.inputs.size());
  phase.outputs = places_in_order(Place::Kind::output, executable.outputs.size());
  executable.phases.push_back(std::move(phase));
  return executable;
}

Executable make_executable(const Graph& typed, std::vector<Part> parts) {
  return Assembler(typed, std::move(parts)).run();
}

std::size_t scratch_bytes(const Executable& executable) {
  std::size_t most = 0;
  visit(
      executable, [&](const Plan& plan) { most = std::max(most, plan.scratch_bytes); },
      [&](const Executable& body) { most = std::max(most, scratch_bytes(body)); });
  return most;
}

std::size_t crossing_bytes(const Executable& executable) {
  std::size_t bytes = executable.crossing_bytes;
  visit(executable, [](const Plan&) {}, [&](const Executable& body) { bytes += crossing_bytes(body); });
  return bytes;
}

std::size_t constant_bytes(const Executable& executable) {
  std::size_t bytes = bytes_of(executable.constants);
  visit(
      executable, [&](const Plan& plan) { bytes += bytes_of(plan.constants); },
      [&](const Executable& body) { bytes += constant_bytes(body); });
  return bytes;
}

namespace {
std::optional<Plan> plan_twin(const Plan& plan) {
  Plan other{plan.inputs, plan.outputs, plan.states,        plan.constants,
             {},          plan.copies,  plan.scratch_bytes, plan.lowered};
  for (const PlannedStep& planned : plan.steps) {
    auto step = planned.step->twin();
    if (!step) return std::nullopt;
    other.steps.push_back({std::move(step), planned.places, planned.name, planned.node});
  }
  return other;
}

std::optional<Control> control_twin(const Control& control) {
  Control other{control.name,
                control.op,
                {},
                control.own,
                control.carried,
                control.turns,
                control.reverse,
                control.input_strides,
                control.output_strides};
  for (const Executable& body : control.bodies) {
    auto again = tenon::twin(body);
    if (!again) return std::nullopt;
    other.bodies.push_back(std::move(*again));
  }
  return other;
}

template <class Made>
std::optional<Work> as_work(std::optional<Made> made) {
  if (!made) return std::nullopt;
  return Work(std::move(*made));
}

std::optional<Work> work_twin(const Work& work) {
  if (const auto* plan = std::get_if<Plan>(&work)) return as_work(plan_twin(*plan));
  return as_work(control_twin(std::get<Control>(work)));
}
}  // namespace

std::optional<Executable> twin(const Executable& executable) {
  Executable other{executable.inputs,        executable.outputs, executable.states, executable.constants, {},
                   executable.crossing_bytes};
  for (const Phase& phase : executable.phases) {
    auto work = work_twin(phase.work);
    if (!work) return std::nullopt;
    other.phases.push_back({std::move(*work), phase.inputs, phase.outputs, phase.own});
  }
  return other;
}

}  // namespace tenon
