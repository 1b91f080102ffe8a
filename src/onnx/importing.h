// The import of one model: what all its scopes share.
#pragma once

#include <array>
#include <unordered_map>

#include "onnx/call.h"
#include "onnx/import.h"
#include "onnx/known.h"
#include "onnx/rules.h"
#include "onnx/scope.h"

namespace tenon::onnx {

class Import {
 public:
  Import(const ModelDef& model, const OnnxOptions& options);

  OnnxModel run();

  // Each tensor of the model is decoded once, however often its function is called.
  Tensor decode(const TensorDef& tensor);
  // A tensor of the model in its program. Small integers and scalars, which say shapes and axes, are
  // constants; what can be trained or is large is a state of the outermost graph.
  Value weight(std::string_view name, const TensorDef& tensor);

  // A number for each node that draws random numbers, so that no two draw the same.
  std::int64_t next_stream() { return streams_++; }

  // Imports the nodes of a graph whose inputs the scope defines.
  void import_nodes(const std::vector<NodeDef>& nodes, Scope& scope);
  // A body of a control node: its inputs in the order of the graph's. Outputs are given by their names.
  std::vector<Item> import_graph(const GraphDef& graph, Scope& scope);
  std::vector<Item> call_function(const FunctionDef& function, const Call& call);
  const FunctionDef* find_function(const NodeDef& call) const;

 private:
  using FunctionKey = std::array<std::string_view, 3>;  // domain, name, overload

  void require_supported() const;
  std::string quoted_file() const;
  std::string without_file(std::string_view what) const;
  Type input_type(const ValueDef& input) const;
  void import_node(const NodeDef& node, Scope& scope);
  std::string unique_name(std::string_view name);

  const ModelDef& model_;
  const OnnxOptions& options_;
  Body body_;
  NamedTensors weights_;
  std::map<std::string, int, std::less<>> weight_names_;     // and how many have it
  std::unordered_map<const char*, Tensor> decoded_;          // by the place of their message
  std::unordered_map<const char*, Value> imported_weights_;  // the same
  std::map<FunctionKey, const FunctionDef*> functions_;
  std::int64_t streams_ = 0;
  int depth_ = -1;  // of the graph that is being imported, in others
};

}  // namespace tenon::onnx
