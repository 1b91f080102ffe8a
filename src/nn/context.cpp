#include <algorithm>

#include "tenon/nn.h"

namespace tenon::nn {

namespace {
// States of the training step that are not the model's are named with these.
constexpr std::string_view kReserved[] = {"optim.", "run.", "eval."};

void check_name(std::string_view name) {
  for (const std::string_view prefix : kReserved)
    require(!name.starts_with(prefix), "a parameter cannot be named '", name, "': names that begin with '",
            prefix, "' are kept for training");
}
}  // namespace

// The inside of a layer: its names, and the label of the nodes that it writes.
class Context::Scope {
 public:
  Scope(Context& context, std::string name, bool sharing)
      : context_(context),
        outer_name_(std::exchange(context.scope_, std::move(name))),
        outer_label_(context.graph().label()),
        outer_sharing_(std::exchange(context.sharing_, sharing)) {
    context.graph().set_label(context.scope_);
  }
  ~Scope() {
    context_.graph().set_label(std::move(outer_label_));
    context_.scope_ = std::move(outer_name_);
    context_.sharing_ = outer_sharing_;
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  Context& context_;
  std::string outer_name_;
  std::string outer_label_;
  bool outer_sharing_;
};

std::string Context::full_name(std::string_view name) const {
  return scope_.empty() ? std::string(name) : cat(scope_, ".", name);
}

std::vector<Value> Context::call(std::string_view name, const Module& layer, std::span<const Value> inputs) {
  std::string scope = full_name(name);
  const bool known = std::ranges::find(called_, scope) != called_.end();
  require(sharing_ || !known, "two layers are named '", scope,
          "': give one another name, or share its parameters with call_again");
  if (!known) called_.push_back(scope);
  const Scope inside(*this, std::move(scope), sharing_);
  return layer(*this, inputs);
}

Value Context::call(std::string_view name, const Module& layer, Value x) {
  return call(name, layer, std::span(&x, 1)).at(0);
}

Value Context::call_again(std::string_view name, const Module& layer, Value x) {
  const Scope inside(*this, full_name(name), true);
  return layer(*this, x);
}

Value Context::parameter(std::string_view name, Shape shape, Initialiser init, DType dtype) {
  return slot(name, std::move(shape), std::move(init), dtype, true);
}

Value Context::statistic(std::string_view name, Shape shape, Initialiser init, DType dtype) {
  return slot(name, std::move(shape), std::move(init), dtype, false);
}

Value Context::slot(std::string_view name, Shape shape, Initialiser init, DType dtype, bool trained) {
  Slot slot{full_name(name), Type::of(dtype, shape), std::move(init), trained};
  check_name(slot.name);
  const bool known = std::ranges::find(slots_, slot.name, &Slot::name) != slots_.end();
  require(!known || sharing_, "there is a parameter named '", slot.name, "' already");
  require(known || !sharing_, "the layer '", scope_, "' was not called before: there is no parameter '",
          slot.name, "' to share");
  const Value value = graph_->state(slot.name, slot.type);
  if (!known) slots_.push_back(std::move(slot));
  return value;
}

void Context::update(std::string_view name, Value value) {
  std::string full = full_name(name);
  const auto known = std::ranges::find(updates_, full, &std::pair<std::string, Value>::first);
  if (known != updates_.end())
    known->second = value;
  else
    updates_.emplace_back(std::move(full), value);
}

Value Context::key() {
  if (!key_.defined()) key_ = graph_->input(std::string(kKeyInput), {DType::u64, {2}});
  return key_;
}

std::int64_t Context::stream() { return streams_++; }

Value Module::operator()(Context& context, Value x) const {
  const std::vector<Value> outputs = function_(context, {&x, 1});
  require(outputs.size() == 1, "the module has ", outputs.size(), " outputs where one is wanted");
  return outputs[0];
}

void Module::check_count(std::size_t taken, std::size_t given) {
  require(taken == given, "the module takes ", taken, " inputs, not ", given);
}

}  // namespace tenon::nn
