#include "onnx/encode.h"

#include <protozero/pbf_writer.hpp>

#include "base/bytes.h"
#include "format/elements.h"

// The numbers of the fields are those that onnx.proto publishes.
namespace tenon::onnx {

namespace {
using protozero::pbf_writer;

constexpr std::int64_t kIrVersion = 9;  // the first that knows opset 20

void add(pbf_writer& to, std::uint32_t field, std::string_view text) {
  to.add_bytes(field, text.data(), text.size());
}

void add_kind(pbf_writer& to, AttributeKind kind) { to.add_enum(20, static_cast<std::int32_t>(kind)); }

struct AttributeEncoder {
  pbf_writer& to;

  void operator()(std::int64_t value) const {
    to.add_int64(3, value);
    add_kind(to, AttributeKind::integer);
  }
  void operator()(double value) const {
    to.add_float(2, static_cast<float>(value));
    add_kind(to, AttributeKind::number);
  }
  void operator()(const std::string& value) const {
    add(to, 4, value);
    add_kind(to, AttributeKind::text);
  }
  void operator()(const Ints& values) const {
    for (const std::int64_t value : values) to.add_int64(8, value);
    add_kind(to, AttributeKind::integers);
  }
  void operator()(const std::vector<double>& values) const {
    for (const double value : values) to.add_float(7, static_cast<float>(value));
    add_kind(to, AttributeKind::numbers);
  }
  void operator()(const Tensor& value) const {
    add(to, 5, encode_tensor(value, ""));
    add_kind(to, AttributeKind::tensor);
  }
  void operator()(const GraphBytes& value) const {
    add(to, 6, value.bytes);
    add_kind(to, AttributeKind::graph);
  }
};

std::string encode_attribute(const std::string& name, const AttributeValue& value) {
  std::string bytes;
  pbf_writer writer(bytes);
  add(writer, 1, name);
  std::visit(AttributeEncoder{writer}, value);
  return bytes;
}

std::string encode_dim(Dim dim) {
  std::string bytes;
  pbf_writer writer(bytes);
  if (dim.is_constant()) writer.add_int64(1, dim.constant());
  if (dim.is_symbol()) add(writer, 2, to_string(dim));
  return bytes;
}
}  // namespace

ElementType element_type_of(DType dtype) {
  switch (dtype) {
    case DType::f64:
      return ElementType::f64;
    case DType::f32:
      return ElementType::f32;
    case DType::f16:
      return ElementType::f16;
    case DType::bf16:
      return ElementType::bf16;
    case DType::i64:
      return ElementType::i64;
    case DType::i32:
      return ElementType::i32;
    case DType::i16:
      return ElementType::i16;
    case DType::i8:
      return ElementType::i8;
    case DType::u64:
      return ElementType::u64;
    case DType::u32:
      return ElementType::u32;
    case DType::u16:
      return ElementType::u16;
    case DType::u8:
      return ElementType::u8;
    default:
      return ElementType::boolean;
  }
}

std::string encode_node(const NodeText& node) {
  std::string bytes;
  pbf_writer writer(bytes);
  for (const std::string& input : node.inputs) add(writer, 1, input);
  for (const std::string& output : node.outputs) add(writer, 2, output);
  add(writer, 3, node.name);
  add(writer, 4, node.op);
  for (const auto& [name, value] : node.attributes) add(writer, 5, encode_attribute(name, value));
  return bytes;
}

std::string encode_tensor(const Tensor& tensor, std::string_view name) {
  std::string bytes;
  pbf_writer writer(bytes);
  for (const std::int64_t dim : tensor.shape()) writer.add_int64(1, dim);
  writer.add_int32(2, static_cast<std::int32_t>(element_type_of(tensor.dtype())));
  if (!name.empty()) add(writer, 8, name);
  add(writer, 9, text_of(bytes_of(tensor)));
  return bytes;
}

std::string encode_value(std::string_view name, const Type& type) {
  std::string shape;
  pbf_writer dims(shape);
  for (const Dim dim : type.dims) add(dims, 1, encode_dim(dim));
  std::string tensor;
  pbf_writer of(tensor);
  of.add_int32(1, static_cast<std::int32_t>(element_type_of(type.dtype)));
  if (type.ranked) add(of, 2, shape);
  std::string kind;
  pbf_writer as(kind);
  add(as, 1, tensor);
  std::string bytes;
  pbf_writer value(bytes);
  add(value, 1, name);
  add(value, 2, kind);
  return bytes;
}

std::string GraphWriter::bytes(std::string_view name) const {
  std::string bytes;
  pbf_writer writer(bytes);
  for (const std::string& node : nodes_) add(writer, 1, node);
  add(writer, 2, name);
  for (const std::string& initialiser : initialisers_) add(writer, 5, initialiser);
  for (const std::string& input : inputs_) add(writer, 11, input);
  for (const std::string& output : outputs_) add(writer, 12, output);
  return bytes;
}

std::string encode_model(const std::string& graph, std::int64_t opset) {
  std::string versions;
  pbf_writer of(versions);
  add(of, 1, "");
  of.add_int64(2, opset);
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_int64(1, kIrVersion);
  add(writer, 2, "tenon");
  add(writer, 7, graph);
  add(writer, 8, versions);
  return bytes;
}

}  // namespace tenon::onnx
