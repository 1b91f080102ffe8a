// The import of one model: what all its scopes share.
#pragma once

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

  Tensor decode(const TensorDef& tensor) const;
  // A tensor of the model in its program. Small integers and scalars, which say shapes and axes, are
  // constants; what can be trained or is large is a state of the outermost graph.
  Value weight(std::string_view name, const Tensor& tensor);

  // Imports the nodes of a graph whose inputs the scope defines.
  void import_nodes(const std::vector<NodeDef>& nodes, Scope& scope);
  // A body of a control node: its inputs in the order of the graph's. Outputs are given by their names.
  std::vector<Item> import_graph(const GraphDef& graph, Scope& scope);
  std::vector<Item> call_function(const FunctionDef& function, const Call& call);
  const FunctionDef* find_function(std::string_view domain, std::string_view name) const;

 private:
  Type input_type(const ValueDef& input) const;
  void import_node(const NodeDef& node, Scope& scope);
  void count_node();

  const ModelDef& model_;
  const OnnxOptions& options_;
  Body body_;
  NamedTensors weights_;
  int depth_ = -1;  // of the graph that is being imported, in others
  std::int64_t nodes_left_;
};

}  // namespace tenon::onnx
