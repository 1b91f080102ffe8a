// What is known of values while a model is imported: constants, shapes that are given, and the small
// arithmetic on both that exporters write to say axes, bounds and sizes.
#pragma once

#include <map>
#include <optional>

#include "tenon/graph.h"

namespace tenon::onnx {

class Known {
 public:
  std::optional<Tensor> find(Value value);
  void set(Value value, const Tensor& tensor) { found_[{&value.graph(), value.ref()}] = tensor; }

 private:
  using Key = std::pair<const Graph*, Ref>;
  std::optional<Tensor> compute(Value value);

  std::map<Key, std::optional<Tensor>> found_;
};

}  // namespace tenon::onnx
