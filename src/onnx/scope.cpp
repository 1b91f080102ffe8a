#include "onnx/scope.h"

#include "onnx/importing.h"

namespace tenon::onnx {

void Scope::define(std::string_view name, Item item) {
  require(items_.emplace(name, std::move(item)).second && !initialisers_.contains(name),
          "two values are named '", name, "'");
}

void Scope::define_initialiser(const TensorDef& tensor) {
  require(!tensor.name.empty(), "an initialiser has no name");
  require(initialisers_.emplace(tensor.name, &tensor).second, "two initialisers are named '", tensor.name,
          "'");
}

Item Scope::find(std::string_view name) {
  if (const auto found = items_.find(name); found != items_.end()) return found->second;
  if (const auto found = initialisers_.find(name); found != initialisers_.end()) {
    const Item item = body_.bring(import_.weight(name, *found->second));
    return items_.emplace(name, item).first->second;
  }
  const Item outer = seen_ ? seen_->find(name) : Item();
  return outer.defined() ? items_.emplace(name, bring(outer)).first->second : Item();
}

Item Scope::bring(const Item& item) {
  if (!item.sequence) return body_.bring(item.value);
  std::vector<Value> values;
  for (const Value& value : *item.sequence) values.push_back(body_.bring(value));
  return Item::list(std::move(values));
}

const Attribute* Scope::argument(std::string_view name) const {
  if (const auto found = arguments_.find(name); found != arguments_.end()) return found->second;
  return seen_ ? seen_->argument(name) : nullptr;
}

}  // namespace tenon::onnx
