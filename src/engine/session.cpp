#include <algorithm>

#include "engine/state.h"

namespace tenon {

namespace {
std::size_t index_of(const std::vector<Slot>& slots, std::string_view name, std::string_view kind) {
  const auto found = std::ranges::find(slots, name, &Slot::name);
  require(found != slots.end(), "there is no ", kind, " '", name, "'");
  return static_cast<std::size_t>(found - slots.begin());
}

std::optional<std::size_t> place_of_key(const std::vector<Slot>& inputs) {
  const auto found = std::ranges::find(inputs, kRandomKeyInput, &Slot::name);
  if (found == inputs.end() || found->type != Type{DType::u64, {2}}) return std::nullopt;
  return static_cast<std::size_t>(found - inputs.begin());
}

std::size_t bytes_needed(const Executable& executable) {
  std::size_t bytes = scratch_bytes(executable) + crossing_bytes(executable);
  for (const auto* slots : {&executable.inputs, &executable.outputs})
    for (const Slot& slot : *slots) bytes += slot.type.bytes();
  return bytes;
}
}  // namespace

EngineSession::State::State(std::shared_ptr<EngineCore> shared, PreparedExecutable prepared, Bound bound)
    : core(std::move(shared)),
      executable(std::make_shared<const Executable>(std::move(prepared.executable))),
      memory(core->memory->take(bytes_needed(*executable), "a plan for these shapes")),
      stream(core->backend->make_stream({core->options.threads, core->options.cache})),
      scratch(core->backend),
      runner(core->bind(executable, prepared.prepare, scratch)),
      direct(core->backend->device().host_addressable),
      key(place_of_key(executable->inputs)) {
  const auto add = [&](const Slot& slot, std::vector<Tensor>& tensors, std::vector<void*>& addresses) {
    tensors.push_back(bound == Bound::own ? Tensor::zeros(slot.type.dtype, slot.type.shape()) : Tensor());
    if (!direct) device.push_back(core->backend->allocate(slot.type.bytes()));
    addresses.push_back(direct ? tensors.back().raw() : device.back().get());
  };
  for (const Slot& slot : executable->inputs) add(slot, inputs, input_addresses);
  for (const Slot& slot : executable->outputs) add(slot, outputs, output_addresses);
}

std::unique_ptr<EngineSession::State> EngineSession::State::twin() const {
  std::optional<Executable> other = tenon::twin(*executable);
  if (!other) return nullptr;
  return std::make_unique<State>(core, PreparedExecutable{std::move(*other), Graph()}, Bound::later);
}

void EngineSession::State::bind(std::vector<Tensor>& tensors, std::vector<void*>& addresses,
                                std::size_t index, const Tensor& tensor) const {
  tensors[index] = tensor;
  if (direct) addresses[index] = tensor.raw();
}

void EngineSession::State::copy_inputs() {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    core->backend->copy_in(*stream, input_addresses[i], inputs[i].raw(), inputs[i].bytes());
}

void EngineSession::State::copy_outputs() {
  for (std::size_t i = 0; i < outputs.size(); ++i)
    core->backend->copy_out(*stream, outputs[i].raw(), output_addresses[i], outputs[i].bytes());
}

void EngineSession::State::unbind() {
  std::ranges::fill(inputs, Tensor());
  std::ranges::fill(outputs, Tensor());
}

void EngineSession::State::draw_key() {
  if (key) std::ranges::copy(core->keys.next(), inputs[*key].as<std::uint64_t>().begin());
}

void EngineSession::State::run(const Stop& stop) {
  stream->stop = stop;
  stop.check();
  if (!direct) copy_inputs();
  runner.run(*stream, input_addresses, output_addresses);
  if (!direct) copy_outputs();
  core->backend->synchronize(*stream);
}

EngineSession::EngineSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
EngineSession::EngineSession(EngineSession&&) noexcept = default;
EngineSession& EngineSession::operator=(EngineSession&&) noexcept = default;
EngineSession::~EngineSession() = default;

void EngineSession::run(const CallOptions& options) {
  state_->draw_key();
  state_->run({options.deadline, options.cancel});
}

const Tensor& EngineSession::input(std::string_view name) const {
  return state_->inputs[index_of(state_->executable->inputs, name, "input")];
}

const Tensor& EngineSession::output(std::string_view name) const {
  return state_->outputs[index_of(state_->executable->outputs, name, "output")];
}

void EngineSession::bind_input(std::string_view name, const Tensor& tensor) {
  const std::size_t index = index_of(state_->executable->inputs, name, "input");
  const Type& wanted = state_->executable->inputs[index].type;
  require(tensor.defined() && Type::of(tensor) == wanted, "input '", name, "' of this session is ", wanted,
          ", not ", Type::of(tensor));
  state_->bind(state_->inputs, state_->input_addresses, index, tensor);
  if (state_->key == index) state_->key.reset();
}

void EngineSession::bind_output(std::string_view name, const Tensor& tensor) {
  const std::size_t index = index_of(state_->executable->outputs, name, "output");
  const Type& wanted = state_->executable->outputs[index].type;
  require(tensor.defined() && Type::of(tensor) == wanted, "output '", name, "' of this session is ", wanted,
          ", not ", Type::of(tensor));
  state_->bind(state_->outputs, state_->output_addresses, index, tensor);
}

std::string EngineSession::lowered() const { return print(*state_->executable); }

std::vector<StepInfo> EngineSession::steps() const {
  std::vector<StepInfo> steps;
  for (const StepLine& line : list_steps(*state_->executable)) {
    steps.push_back({line.name, line.ran_as, line.depth, 0, {}});
    for (const StepLine::Layer& layer : line.layers)
      steps.back().layers.push_back({layer.name, layer.op, layer.operands});
  }
  return steps;
}

std::vector<StepInfo> EngineSession::profile() {
  std::vector<StepInfo> profiled = steps();
  state_->draw_key();
  if (!state_->direct) state_->copy_inputs();
  const std::vector<double> times =
      state_->runner.profile(*state_->stream, state_->input_addresses, state_->output_addresses);
  for (std::size_t i = 0; i < times.size(); ++i) profiled[i].microseconds = times[i];
  return profiled;
}

std::vector<MemoryBlock> EngineSession::memory() const {
  std::vector<MemoryBlock> blocks;
  if (const Plan* plan = state_->executable->only_plan())
    for (const Lifetime& value : lifetimes(*plan))
      blocks.push_back({value.name, value.offset, value.bytes, value.first, value.last});
  return blocks;
}

std::size_t EngineSession::scratch_bytes() const {
  return tenon::scratch_bytes(*state_->executable) + crossing_bytes(*state_->executable);
}

std::size_t EngineSession::constant_bytes() const { return tenon::constant_bytes(*state_->executable); }

}  // namespace tenon
