// The wire form of ONNX, written. Each function returns the bytes of one message.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "onnx/model.h"
#include "tenon/graph.h"

namespace tenon::onnx {

ElementType element_type_of(DType dtype);

// An attribute to be written: a graph is given by its bytes.
struct GraphBytes {
  std::string bytes;
};
using AttributeValue =
    std::variant<std::int64_t, double, std::string, Ints, std::vector<double>, Tensor, GraphBytes>;

struct NodeText {
  std::string op;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<std::pair<std::string, AttributeValue>> attributes;
  std::string name;
};

std::string encode_node(const NodeText& node);
std::string encode_tensor(const Tensor& tensor, std::string_view name);
std::string encode_value(std::string_view name, const Type& type);

// A graph that is put together piece by piece.
class GraphWriter {
 public:
  void add_node(const NodeText& node) { nodes_.push_back(encode_node(node)); }
  void add_initialiser(const Tensor& tensor, std::string_view name) {
    initialisers_.push_back(encode_tensor(tensor, name));
  }
  void add_input(std::string_view name, const Type& type) { inputs_.push_back(encode_value(name, type)); }
  void add_output(std::string_view name, const Type& type) { outputs_.push_back(encode_value(name, type)); }
  std::string bytes(std::string_view name) const;

 private:
  std::vector<std::string> nodes_, initialisers_, inputs_, outputs_;
};

std::string encode_model(const std::string& graph, std::int64_t opset);

}  // namespace tenon::onnx
