#include "onnx/model_writer.h"

#include <cstring>
#include <protozero/pbf_writer.hpp>

#include "onnx/import.h"
#include "onnx/read.h"
#include "tenon/engine.h"

// The numbers of the fields are those that onnx.proto publishes.
namespace tenon::onnx_models {

namespace {
std::string message(const TensorFields& tensor) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  out.add_packed_int64(1, tensor.shape.begin(), tensor.shape.end());
  out.add_int64(2, tensor.type);
  out.add_packed_float(4, tensor.floats.begin(), tensor.floats.end());
  out.add_packed_int64(5, tensor.int32s.begin(), tensor.int32s.end());
  for (const std::string& text : tensor.texts) out.add_bytes(6, text);
  out.add_packed_int64(7, tensor.int64s.begin(), tensor.int64s.end());
  out.add_string(8, tensor.name);
  if (tensor.raw) out.add_bytes(9, *tensor.raw);
  out.add_packed_double(10, tensor.doubles.begin(), tensor.doubles.end());
  out.add_packed_int64(11, tensor.uint64s.begin(), tensor.uint64s.end());
  for (const auto& [key, value] : tensor.external) {
    protozero::pbf_writer entry(out, 13);
    entry.add_string(1, key);
    entry.add_string(2, value);
  }
  if (!tensor.external.empty()) out.add_int64(14, 1);
  return bytes;
}

// Writes the value of an attribute, and of which kind it is.
struct AttributeValue {
  protozero::pbf_writer& out;

  AttributeKind operator()(std::int64_t value) const {
    return out.add_int64(3, value), AttributeKind::integer;
  }
  AttributeKind operator()(double value) const {
    return out.add_float(2, static_cast<float>(value)), AttributeKind::number;
  }
  AttributeKind operator()(const std::string& value) const {
    return out.add_bytes(4, value), AttributeKind::text;
  }
  AttributeKind operator()(const Ints& values) const {
    for (const std::int64_t value : values) out.add_int64(8, value);
    return AttributeKind::integers;
  }
  AttributeKind operator()(const std::vector<double>& values) const {
    for (const double value : values) out.add_float(7, static_cast<float>(value));
    return AttributeKind::numbers;
  }
  AttributeKind operator()(const std::vector<std::string>& values) const {
    for (const std::string& value : values) out.add_bytes(9, value);
    return AttributeKind::texts;
  }
  AttributeKind operator()(const Tensor& value) const { return (*this)(raw_fields("", value)); }
  AttributeKind operator()(const TensorFields& value) const {
    return out.add_message(5, message(value)), AttributeKind::tensor;
  }
  AttributeKind operator()(const std::shared_ptr<const Graph>& value) const {
    return out.add_message(6, write(*value)), AttributeKind::graph;
  }
  AttributeKind operator()(const FromCall& value) const {
    return out.add_string(21, value.attribute), value.kind;
  }
};

std::string message(const Attribute& attribute) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  out.add_string(1, attribute.name);
  const AttributeKind kind = std::visit(AttributeValue{out}, attribute.value);
  out.add_int64(20, static_cast<std::int64_t>(kind));
  return bytes;
}

std::string message(const Node& node) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  for (const std::string& input : node.inputs) out.add_string(1, input);
  for (const std::string& output : node.outputs) out.add_string(2, output);
  out.add_string(3, node.name);
  out.add_string(4, node.op);
  for (const Attribute& attribute : node.attributes) out.add_message(5, message(attribute));
  out.add_string(7, node.domain);
  return bytes;
}

std::string message(const std::vector<DimText>& dims) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  for (const DimText& dim : dims) {
    protozero::pbf_writer entry(out, 1);
    if (const auto* size = std::get_if<std::int64_t>(&dim)) entry.add_int64(1, *size);
    if (const auto* symbol = std::get_if<std::string>(&dim)) entry.add_string(2, *symbol);
  }
  return bytes;
}

std::string message(const Port& port) {
  std::string tensor;
  protozero::pbf_writer tensor_out(tensor);
  tensor_out.add_int64(1, static_cast<std::int64_t>(port.type));
  if (port.dims) tensor_out.add_message(2, message(*port.dims));

  const bool is_tensor = port.kind == onnx::ValueKind::tensor;
  std::string type;
  protozero::pbf_writer type_out(type);
  if (is_tensor) {
    type_out.add_message(1, tensor);
  } else {
    protozero::pbf_writer element(type_out, port.kind == onnx::ValueKind::sequence ? 4 : 9);
    protozero::pbf_writer element_type(element, 1);
    element_type.add_message(1, tensor);
  }

  std::string bytes;
  protozero::pbf_writer out(bytes);
  out.add_string(1, port.name);
  out.add_message(2, type);
  return bytes;
}

void write_opset(protozero::pbf_writer& out, std::uint32_t field, const std::string& domain,
                 std::int64_t version) {
  protozero::pbf_writer entry(out, field);
  entry.add_string(1, domain);
  entry.add_int64(2, version);
}

std::string message(const Function& function) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  out.add_string(1, function.name);
  for (const std::string& input : function.inputs) out.add_string(4, input);
  for (const std::string& output : function.outputs) out.add_string(5, output);
  for (const Node& node : function.nodes) out.add_message(7, message(node));
  write_opset(out, 9, "", function.opset);
  out.add_string(10, function.domain);
  for (const Attribute& fallback : function.defaults) out.add_message(11, message(fallback));
  return bytes;
}
}  // namespace

Attribute::Attribute(std::string called, const Graph& graph)
    : name(std::move(called)), value(std::make_shared<const Graph>(graph)) {}

ElementType element_of(DType dtype) {
  for (int type = 1; type <= static_cast<int>(ElementType::bf16); ++type)
    if (onnx::dtype_of(type) == dtype) return static_cast<ElementType>(type);
  return ElementType::undefined;
}

TensorFields raw_fields(const std::string& name, const Tensor& tensor) {
  return {.name = name,
          .type = static_cast<std::int64_t>(element_of(tensor.dtype())),
          .shape = tensor.shape(),
          .raw = std::string(static_cast<const char*>(tensor.raw()), tensor.bytes())};
}

std::string write(const Graph& graph) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  for (const Node& node : graph.nodes) out.add_message(1, message(node));
  out.add_string(2, "graph");
  for (const Initialiser& initialiser : graph.initialisers) out.add_message(5, message(initialiser.fields));
  for (const Port& input : graph.inputs) out.add_message(11, message(input));
  for (const Port& output : graph.outputs) out.add_message(12, message(output));
  return bytes;
}

std::string write(const Model& model) {
  std::string bytes;
  protozero::pbf_writer out(bytes);
  out.add_int64(1, 8);
  out.add_message(7, write(model.graph));
  write_opset(out, 8, "", model.opset);
  for (const auto& [domain, version] : model.opsets) write_opset(out, 8, domain, version);
  for (const Function& function : model.functions) out.add_message(25, message(function));
  return bytes;
}

OnnxModel import(const std::string& bytes, const OnnxOptions& options) {
  const auto copy = std::make_shared<std::vector<std::byte>>(bytes.size());
  if (!bytes.empty()) std::memcpy(copy->data(), bytes.data(), bytes.size());
  return onnx::import_model(onnx::read_model(*copy, "test.onnx", copy), options);
}

OnnxModel import(const Model& model, const OnnxOptions& options) { return import(write(model), options); }

std::vector<Tensor> run(const Model& model, const std::vector<Tensor>& inputs) {
  OnnxModel imported = import(model);
  const Engine engine(imported.program, std::move(imported.weights), {}, {.backend = "reference"});
  NamedTensors named;
  for (std::size_t i = 0; i < inputs.size(); ++i) named.emplace_back(engine.inputs().at(i).name, inputs[i]);
  std::vector<Tensor> outputs;
  for (auto& [name, tensor] : engine.run(named)) outputs.push_back(std::move(tensor));
  return outputs;
}

Model model_of(const OneNode& node, const std::vector<Tensor>& inputs) {
  Model model{.opset = node.opset};
  if (!node.domain.empty()) model.opsets.emplace_back(node.domain, 1);
  Node written{node.op, {}, {}, node.attributes, node.domain};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::string name = cat("x", i);
    written.inputs.push_back(inputs[i].defined() ? name : "");
    if (!inputs[i].defined()) continue;
    if (node.constant_inputs && i > 0) {
      model.graph.initialisers.emplace_back(name, inputs[i]);
      continue;
    }
    const Shape& shape = inputs[i].shape();
    model.graph.inputs.push_back({name, element_of(inputs[i].dtype()), {{shape.begin(), shape.end()}}});
  }
  for (int i = 0; i < node.outputs; ++i) {
    written.outputs.push_back(cat("y", i));
    model.graph.outputs.push_back({cat("y", i)});
  }
  model.graph.nodes.push_back(std::move(written));
  return model;
}

std::vector<Tensor> run(const OneNode& node, const std::vector<Tensor>& inputs) {
  std::vector<Tensor> given;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].defined() && (i == 0 || !node.constant_inputs)) given.push_back(inputs[i]);
  return run(model_of(node, inputs), given);
}

}  // namespace tenon::onnx_models
