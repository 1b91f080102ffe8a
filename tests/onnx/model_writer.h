// ONNX models for tests, written in memory: what a test says is what stands in the file, wrong as it may be.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "onnx/model.h"
#include "tenon/onnx.h"

namespace tenon::onnx_models {

using onnx::AttributeKind;
using onnx::ElementType;

// A TensorProto, field by field.
struct TensorFields {
  std::string name = {};
  std::int64_t type = static_cast<std::int64_t>(ElementType::f32);
  std::vector<std::int64_t> shape = {};
  std::optional<std::string> raw = {};
  std::vector<float> floats = {};
  std::vector<std::int64_t> int32s = {};
  std::vector<std::string> texts = {};
  std::vector<std::int64_t> int64s = {};
  std::vector<double> doubles = {};
  std::vector<std::int64_t> uint64s = {};
  std::vector<std::pair<std::string, std::string>> external = {};  // location, offset, length
};
ElementType element_of(DType dtype);
TensorFields raw_fields(const std::string& name, const Tensor& tensor);

struct Graph;

// In a function: the value of an attribute of the call.
struct FromCall {
  std::string attribute;
  AttributeKind kind = AttributeKind::undefined;
};

struct Attribute {
  using Value =
      std::variant<std::int64_t, double, std::string, Ints, std::vector<double>, std::vector<std::string>,
                   Tensor, TensorFields, std::shared_ptr<const Graph>, FromCall>;
  Attribute(std::string called, Value held) : name(std::move(called)), value(std::move(held)) {}
  Attribute(std::string called, const Graph& graph);
  std::string name;
  Value value;
};

struct Node {
  std::string op;
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  std::vector<Attribute> attributes = {};
  std::string domain = {};
  std::string name = {};
};

using DimText = std::variant<std::int64_t, std::string>;  // an empty text: nothing is said

struct Port {
  std::string name;
  ElementType type = ElementType::f32;
  std::optional<std::vector<DimText>> dims = {};
  onnx::ValueKind kind = onnx::ValueKind::tensor;
};

struct Initialiser {
  Initialiser(const std::string& name, const Tensor& tensor) : fields(raw_fields(name, tensor)) {}
  Initialiser(TensorFields fields_) : fields(std::move(fields_)) {}  // NOLINT: made to be implicit
  TensorFields fields;
};

struct Graph {
  std::vector<Node> nodes = {};
  std::vector<Port> inputs = {};
  std::vector<Port> outputs = {};
  std::vector<Initialiser> initialisers = {};
};

struct Function {
  std::string domain;
  std::string name;
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  std::vector<Node> nodes = {};
  std::vector<Attribute> defaults = {};
  std::int64_t opset = 17;
};

struct Model {
  Graph graph = {};
  std::int64_t opset = 17;
  std::vector<std::pair<std::string, std::int64_t>> opsets = {};  // of further domains
  std::vector<Function> functions = {};
};

std::string write(const Graph& graph);
std::string write(const Model& model);

// Read from a copy in memory and imported as "test.onnx".
OnnxModel import(const std::string& bytes, const OnnxOptions& options = {});
OnnxModel import(const Model& model, const OnnxOptions& options = {});
// The outputs on the reference backend; the inputs in the order of the program's.
std::vector<Tensor> run(const Model& model, const std::vector<Tensor>& inputs);

// A model of one node. Its inputs x0, x1, … are of the tensors' types; an undefined one is not given.
struct OneNode {
  std::string op;
  std::vector<Attribute> attributes = {};
  std::int64_t opset = 17;
  std::string domain = {};
  int outputs = 1;
  bool constant_inputs = false;  // all but the first are initialisers
};
Model model_of(const OneNode& node, const std::vector<Tensor>& inputs);
std::vector<Tensor> run(const OneNode& node, const std::vector<Tensor>& inputs);

}  // namespace tenon::onnx_models
