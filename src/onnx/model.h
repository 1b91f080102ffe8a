// An ONNX model as its file says it. Texts and tensors are views into the file's bytes; nothing is copied and
// nothing but its form has been checked.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "onnx/budget.h"
#include "tenon/tensor.h"

namespace tenon::onnx {

// TensorProto.DataType.
enum class ElementType : std::int32_t {
  undefined,
  f32,
  u8,
  i8,
  u16,
  i16,
  i32,
  i64,
  string,
  boolean,
  f16,
  f64,
  u32,
  u64,
  complex64,
  complex128,
  bf16,
  f8e4m3fn,
  f8e4m3fnuz,
  f8e5m2,
  f8e5m2fnuz,
  u4,
  i4
};

// The element type here; nothing where there is none for it.
std::optional<DType> dtype_of(std::int32_t element_type);
std::string name_of_element(std::int32_t element_type);

// Where the file lies, for messages and for data that stands in files beside it.
struct Origin {
  Origin() = default;
  Origin(std::string file, std::string beside, std::span<std::byte> content, std::shared_ptr<void> keeper)
      : name(std::move(file)),
        folder(std::move(beside)),
        bytes(content),
        owner(std::move(keeper)),
        budget(std::make_shared<Budget>(bytes.size())) {}

  std::string name;
  std::string folder;           // of external data; empty where there can be none
  std::span<std::byte> bytes;   // of the whole file
  std::shared_ptr<void> owner;  // keeps them
  std::shared_ptr<Budget> budget;

  std::uint64_t offset_of(std::string_view view) const {
    return static_cast<std::uint64_t>(view.data() - reinterpret_cast<const char*>(bytes.data()));
  }
};

struct TensorDef {
  std::string_view name;
  std::string_view message;  // undecoded: see tensors.h
};

struct GraphDef;

enum class AttributeKind : std::int32_t {
  undefined,
  number,
  integer,
  text,
  tensor,
  graph,
  numbers,
  integers,
  texts,
  tensors,
  graphs,
  sparse_tensor,
  sparse_tensors,
  type,
  types
};

struct Attribute {
  std::string_view name;
  std::string_view refers_to;  // in a function: the attribute of the call whose value this has
  AttributeKind kind = AttributeKind::undefined;
  double number = 0;
  std::int64_t integer = 0;
  std::string_view text;
  std::optional<TensorDef> tensor;
  std::shared_ptr<const GraphDef> graph;
  std::vector<float> numbers;
  std::vector<std::int64_t> integers;
  std::vector<std::string_view> texts;
};

struct NodeDef {
  std::string_view name;
  std::string_view op;
  std::string_view domain;    // empty for ai.onnx
  std::string_view overload;  // of a function of the model, where there are several of a name
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::vector<Attribute> attributes;
};

struct DimDef {
  std::optional<std::int64_t> size;
  std::string_view symbol;
};

enum class ValueKind { tensor, sequence, optional, other };

struct ValueDef {
  std::string_view name;
  ValueKind kind = ValueKind::other;
  std::int32_t element_type = 0;  // of a tensor
  std::optional<std::vector<DimDef>> dims;
};

struct GraphDef {
  std::string_view name;
  std::vector<NodeDef> nodes;
  std::vector<TensorDef> initialisers;
  std::vector<ValueDef> inputs;
  std::vector<ValueDef> outputs;
  bool has_sparse_initialisers = false;
};

using Opsets = std::map<std::string_view, std::int64_t>;  // version by domain

struct FunctionDef {
  std::string_view domain;
  std::string_view name;
  std::string_view overload;
  std::vector<std::string_view> inputs;
  std::vector<std::string_view> outputs;
  std::vector<Attribute> defaults;
  std::vector<NodeDef> nodes;
  Opsets opsets;
};

struct ModelDef {
  Origin origin;
  std::int64_t ir_version = 0;
  std::string_view producer;
  Opsets opsets;
  GraphDef graph;
  std::vector<FunctionDef> functions;
};

}  // namespace tenon::onnx
