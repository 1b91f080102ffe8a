// One node of a model, as the rule that imports it sees it.
#pragma once

#include "onnx/scope.h"
#include "tenon/ops.h"

namespace tenon::onnx {

// Integers that an op needs: known while importing, or a value.
struct Operand64 {
  std::optional<Ints> known;
  Value value;  // i64
  bool given() const { return known.has_value() || value.defined(); }
};

class Call {
 public:
  Call(const NodeDef& node, Scope& scope) : node_(node), scope_(scope) {}

  const NodeDef& node() const { return node_; }
  Scope& scope() const { return scope_; }
  Graph& graph() const { return scope_.graph(); }
  Import& import() const { return scope_.import(); }
  std::int64_t opset() const;  // of the node's domain
  std::string_view op() const { return node_.op; }

  std::size_t input_count() const { return node_.inputs.size(); }
  std::size_t output_count() const { return node_.outputs.size(); }
  bool has(std::size_t input) const { return input < node_.inputs.size() && !node_.inputs[input].empty(); }
  bool wants(std::size_t output) const {
    return output < node_.outputs.size() && !node_.outputs[output].empty();
  }
  Item item(std::size_t input) const;
  Value input(std::size_t input) const;     // must be given
  Value input_or(std::size_t input) const;  // undefined where it is not given
  std::vector<Value> inputs() const;        // all, each given

  // An input's value, where it is known while importing.
  std::optional<Tensor> known(std::size_t input) const;
  std::optional<Tensor> known(Value value) const;
  Tensor required(std::size_t input, std::string_view what) const;  // must be known
  std::optional<double> known_number(std::size_t input) const;
  // Integers that were an attribute in older opsets and are an input in newer ones, or either.
  Operand64 operand(std::string_view attribute, std::size_t input) const;
  Operand64 operand(std::size_t input) const;
  std::optional<Ints> required_ints(std::string_view attribute, std::size_t input) const;

  bool has_attribute(std::string_view name) const { return attribute(name) != nullptr; }
  const Attribute* attribute(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  std::int64_t integer(std::string_view name, std::int64_t fallback) const;
  bool flag(std::string_view name, bool fallback = false) const { return integer(name, fallback) != 0; }
  double number(std::string_view name) const;
  double number(std::string_view name, double fallback) const;
  std::string text(std::string_view name, std::string_view fallback) const;
  Ints ints(std::string_view name, const Ints& fallback = {}) const;
  std::vector<double> numbers(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  const TensorDef& tensor_attribute(std::string_view name) const;
  Tensor tensor(std::string_view name) const;
  const GraphDef& graph_attribute(std::string_view name) const;
  // The element type that an attribute names by ONNX's number.
  DType dtype(std::string_view name, DType fallback) const;

  Value constant(const Tensor& tensor) const { return graph().constant(tensor); }
  Value integers(const Ints& values) const;  // an i64 vector

  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw Error(cat(parts...));  // the import says where
  }
  template <class... Parts>
  void require(bool holds, const Parts&... parts) const {
    if (!holds) fail(parts...);
  }

 private:
  const Attribute* attribute(std::string_view name, AttributeKind kind) const;

  const NodeDef& node_;
  Scope& scope_;
};

// How errors call a node.
std::string describe(const NodeDef& node);

}  // namespace tenon::onnx
