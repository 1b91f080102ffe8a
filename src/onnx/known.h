// What is known of the values of a graph while a model is imported: constants, shapes that are given, and the
// small arithmetic on both that exporters write to say axes, bounds and sizes.
#pragma once

#include <map>
#include <optional>

#include "onnx/budget.h"
#include "tenon/graph.h"

namespace tenon::onnx {

class Known {
 public:
  Known(const Graph& graph, Budget& budget) : graph_(graph), budget_(budget) {}

  std::optional<Tensor> find(Ref ref);
  void set(Ref ref, const Tensor& tensor) { found_[ref] = tensor; }

 private:
  std::optional<Ref> find_open_input(Ref ref) const;
  std::optional<Tensor> compute(Ref ref);
  std::optional<Tensor> evaluate_small(const Node& node, std::uint32_t result);

  const Graph& graph_;
  Budget& budget_;
  std::map<Ref, std::optional<Tensor>> found_;
};

}  // namespace tenon::onnx
