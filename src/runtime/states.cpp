#include "runtime/states.h"

namespace tenon {

States::States(std::shared_ptr<Backend> backend)
    : backend_(std::move(backend)), stream_(backend_->make_stream({})) {}

void* States::ensure(const std::string& name, const Type& type) {
  const auto found = slots_.find(name);
  if (found != slots_.end()) {
    require(found->second.type == type, "state '", name, "' is ", found->second.type,
            " and was asked for as ", type);
    return found->second.memory.get();
  }
  void* const address = reserve(name, type);
  set(name, Tensor::zeros(type.dtype, type.shape()));
  return address;
}

void* States::reserve(const std::string& name, const Type& type) {
  const auto [slot, is_new] = slots_.emplace(name, Held{type, backend_->allocate(type.bytes())});
  require(is_new, "there is a state '", name, "' already");
  return slot->second.memory.get();
}

const States::Held& States::at(const std::string& name) const {
  const auto found = slots_.find(name);
  require(found != slots_.end(), "there is no state named '", name, "'");
  return found->second;
}

const Type& States::type(const std::string& name) const { return at(name).type; }

std::vector<std::string> States::names() const {
  std::vector<std::string> names;
  for (const auto& [name, held] : slots_) names.push_back(name);
  return names;
}

std::size_t States::bytes() const {
  std::size_t bytes = 0;
  for (const auto& [name, held] : slots_) bytes += held.type.bytes();
  return bytes;
}

void States::set(const std::string& name, const Tensor& value) {
  if (!slots_.contains(name)) {
    const Type type = Type::of(value);
    slots_.emplace(name, Held{type, backend_->allocate(type.bytes())});
  }
  const Held& held = at(name);
  require(held.type == Type::of(value), "state '", name, "' is ", held.type, " and cannot be set to ",
          Type::of(value));
  backend_->copy_in(*stream_, held.memory.get(), value.raw(), value.bytes());
  backend_->synchronize(*stream_);
}

void States::adopt(const std::string& name, const Tensor& value) {
  constexpr std::uintptr_t kAlignment = 64;  // of what a backend allocates, so of what its steps may expect
  const bool aligned = reinterpret_cast<std::uintptr_t>(value.raw()) % kAlignment == 0;
  if (!backend_->device().host_addressable || !aligned) return set(name, value);
  require(!slots_.contains(name), "there is a state '", name, "' already");
  const auto kept = std::make_shared<const Tensor>(value);
  slots_.emplace(name, Held{Type::of(value), Memory(kept, value.raw())});
}

void States::share(const std::string& name, const States& other) {
  require(slots_.emplace(name, other.at(name)).second, "there is a state '", name, "' already");
}

Tensor States::get(const std::string& name) const {
  const Held& held = at(name);
  Tensor value = Tensor::empty(held.type.dtype, held.type.shape());
  backend_->copy_out(*stream_, value.raw(), held.memory.get(), value.bytes());
  backend_->synchronize(*stream_);
  return value;
}

}  // namespace tenon
