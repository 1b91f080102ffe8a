// The export of one program: what the rules write with. A rule takes a node of the program and writes ONNX
// nodes that give the same results.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "onnx/encode.h"
#include "tenon/op.h"

namespace tenon::onnx {

using Names = std::vector<std::string>;

// One graph of the model: the outermost, or a body, which sees the names of those around it.
class GraphExport {
 public:
  explicit GraphExport(std::string prefix) : prefix_(std::move(prefix)) {}

  std::string fresh(std::string_view base);  // a name that nothing has yet
  bool is_taken(std::string_view name) const { return taken_.contains(name); }
  void take(std::string name) { taken_.insert(std::move(name)); }
  GraphWriter& writer() { return writer_; }

  // Writes the nodes of the program that its outputs need; `named` gives names to some of its values, and
  // gets those of the others.
  void write_nodes(const Graph& program, std::map<Ref, std::string>& named);

 private:
  void write_node(const Graph& program, std::uint32_t id, std::map<Ref, std::string>& named);

  std::string prefix_;
  std::set<std::string, std::less<>> taken_;
  int count_ = 0;
  GraphWriter writer_;
};

// A node of the program, as the rule that writes it sees it.
class Written {
 public:
  Written(GraphExport& to, const Graph& program, const Node& node, Names inputs)
      : to_(to), program_(program), node_(node), inputs_(std::move(inputs)) {}

  const Node& node() const { return node_; }
  const Attrs& attrs() const { return node_.attrs; }
  const Names& inputs() const { return inputs_; }
  const std::string& input(std::size_t i) const { return inputs_.at(i); }
  const Type& input_type(std::size_t i) const { return program_.type(node_.inputs.at(i)); }
  const Type& type(std::size_t result = 0) const { return node_.results.at(result); }
  bool has(std::size_t i) const { return i < inputs_.size(); }
  GraphExport& to() const { return to_; }

  // Adds a node with one output and returns that output's name.
  using Attributes = std::vector<std::pair<std::string, AttributeValue>>;
  std::string add(std::string op, Names inputs, Attributes attributes = {}) const;
  Names add_many(std::string op, Names inputs, std::size_t outputs, Attributes attributes = {}) const;
  std::string constant(const Tensor& tensor) const;
  std::string integers(const Ints& values) const;
  // What the attribute says, or the input that stands for it; an integer as a vector of one.
  std::string operand(std::string_view attribute, std::size_t input) const;
  std::string number(double value, DType dtype) const;
  std::string cast(const std::string& x, DType dtype) const;
  // The program that a composite is made of, written in its place.
  Names decomposed() const;

  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw Error(cat("node '", describe(node_), "' cannot be written as ONNX: ", parts...));
  }

 private:
  GraphExport& to_;
  const Graph& program_;
  const Node& node_;
  Names inputs_;
};

using ExportRule = std::function<Names(const Written&)>;
using ExportRules = std::map<Op, ExportRule>;
const ExportRules& export_rules();

void add_elementwise_exports(ExportRules& rules);
void add_layer_exports(ExportRules& rules);
void add_movement_exports(ExportRules& rules);
void add_body_exports(ExportRules& rules);

}  // namespace tenon::onnx
