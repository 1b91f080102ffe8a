#include "onnx/body.h"

#include <algorithm>

namespace tenon::onnx {

Value Body::bring(Value value) {
  if (&value.graph() == &graph_) return value;
  require(around_ != nullptr, "a value of another graph was used");
  const Value outer = around_->bring(value);
  const auto place = std::ranges::find(captured_, outer);
  if (place != captured_.end()) return inside_[static_cast<std::size_t>(place - captured_.begin())];
  if (const auto known = around_->known().find(outer)) return graph_.constant(*known);
  captured_.push_back(outer);
  inside_.push_back(graph_.input(cat("captured", captured_.size()), outer.type()));
  return inside_.back();
}

void Body::bring_all(const std::vector<Value>& values) {
  for (const Value& value : values) bring(value);
}

}  // namespace tenon::onnx
