#include "onnx/body.h"

#include <algorithm>

#include "tenon/ops.h"

namespace tenon::onnx {

namespace {
std::size_t size_of(const AttrValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return text->size();
  if (const auto* ints = std::get_if<Ints>(&value)) return ints->size() * sizeof(std::int64_t);
  if (const auto* numbers = std::get_if<std::vector<double>>(&value)) return numbers->size() * sizeof(double);
  return 0;  // a tensor's elements are paid for where they are made
}

// About what a node takes, as part of a vector that grows.
std::size_t size_of(const Node& node) {
  std::size_t bytes = 2 * sizeof(Node) + node.inputs.size() * sizeof(Ref) + node.label.size();
  for (const auto& [name, value] : node.attrs)
    bytes += sizeof(std::pair<std::string, AttrValue>) + size_of(value);
  for (const Type& type : node.results) bytes += sizeof(Type) + type.dims.size() * sizeof(Dim);
  return bytes;
}
}  // namespace

Value Body::bring(Value value) {
  if (&value.graph() == &graph_) return value;
  require(around_ != nullptr, "a value of another graph was used");
  const Value outer = around_->bring(value);
  const auto place = std::ranges::find(captured_, outer);
  if (place != captured_.end()) return inside_[static_cast<std::size_t>(place - captured_.begin())];
  if (const auto known = around_->known().find(outer.ref())) return graph_.constant(*known);
  captured_.push_back(outer);
  inside_.push_back(graph_.input(cat("captured", captured_.size()), outer.type()));
  return inside_.back();
}

void Body::bring_all(const std::vector<Value>& values) {
  for (const Value& value : values) bring(value);
}

// Turns of a loop within a loop count apart.
std::int64_t Body::turn_stride() const {
  constexpr std::int64_t kPrime = 65'537;
  std::uint64_t stride = 1;
  for (const Body* body = around_; body; body = body->around_)
    if (body->turn_.defined()) stride *= kPrime;
  return static_cast<std::int64_t>(stride);
}

Value Body::random_key() {
  if (around_) {
    const Value key = bring(around_->random_key());
    return turn_.defined() ? key_at(key, turn_ * graph_.constant(Tensor::scalar(turn_stride()))) : key;
  }
  if (random_key_.defined()) return random_key_;
  const std::string name(kRandomKeyInput);
  require(!graph_.find_input(name), "an input of a model that draws random numbers cannot be called '", name,
          "', which is the name of their key");
  return random_key_ = graph_.input(name, {DType::u64, {2}});
}

void Body::pay() {
  for (; paid_ < graph_.nodes().size(); ++paid_) budget_.take(size_of(graph_.nodes()[paid_]));
}

}  // namespace tenon::onnx
