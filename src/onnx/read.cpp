#include "onnx/read.h"

#include <filesystem>

#include "base/files.h"
#include "base/utf8.h"
#include "onnx/fields.h"
#include "onnx/tensors.h"

// The numbers of the fields are those that onnx.proto publishes.
namespace tenon::onnx {

namespace {
constexpr int kDeepest = 64;  // graphs within attributes within graphs
constexpr std::size_t kMapEntry = 96;
constexpr std::size_t kNameBytes = 64;
constexpr std::size_t kEntryBytes = 64;

class ModelReader {
 public:
  explicit ModelReader(Origin origin) : origin_(std::move(origin)) {}

  ModelDef read() {
    ModelDef model;
    bool has_graph = false;
    for (Field field(origin_, text_of(origin_.bytes)); field.next();) switch (field.number()) {
        case 1:
          model.ir_version = field.integer();
          break;
        case 2:
          model.producer = name(field);
          break;
        case 7:
          require_at(!has_graph, origin_.name, 0, "the model has two graphs");
          model.graph = graph(field.view(), 0);
          has_graph = true;
          break;
        case 8:
          opset(field.view(), model.opsets);
          break;
        case 25:
          append(model.functions, field, [&] { return function(field.view()); });
          break;
        default:
          break;
      }
    require_at(has_graph, origin_.name, 0, "this is no ONNX model: it has no graph");
    model.origin = std::move(origin_);
    return model;
  }

 private:
  std::string_view name(Field& field) {
    const std::string_view text = field.view();
    require_at(is_utf8(text), origin_.name, origin_.offset_of(text), "a name is not UTF-8");
    return text;
  }

  void opset(std::string_view message, Opsets& opsets) {
    std::string_view domain;
    std::int64_t version = 0;
    Field field(origin_, message);
    field.pay(kMapEntry);
    while (field.next()) {
      if (field.number() == 1) domain = name(field);
      if (field.number() == 2) version = field.integer();
    }
    opsets[domain == "ai.onnx" ? std::string_view() : domain] = version;
  }

  GraphDef graph(std::string_view message, int depth) {
    require_at(depth < kDeepest, origin_.name, origin_.offset_of(message), "graphs are nested ", kDeepest,
               " deep");
    GraphDef graph;
    for (Field field(origin_, message); field.next();) switch (field.number()) {
        case 1:
          append(graph.nodes, field, [&] { return node(field.view(), depth); });
          break;
        case 2:
          graph.name = name(field);
          break;
        case 5:
          append(graph.initialisers, field, [&] { return tensor(field.view()); });
          break;
        case 11:
          append(graph.inputs, field, [&] { return value(field.view()); });
          break;
        case 12:
          append(graph.outputs, field, [&] { return value(field.view()); });
          break;
        case 15:
          graph.has_sparse_initialisers = true;
          break;
        default:
          break;
      }
    return graph;
  }

  NodeDef node(std::string_view message, int depth) {
    NodeDef node;
    for (Field field(origin_, message); field.next();) switch (field.number()) {
        case 1:
          append_name(node.inputs, field);
          break;
        case 2:
          append_name(node.outputs, field);
          break;
        case 3:
          node.name = name(field);
          break;
        case 4:
          node.op = name(field);
          break;
        case 5:
          append(node.attributes, field, [&] { return attribute(field.view(), depth); });
          break;
        case 7:
          node.domain = name(field);
          break;
        case 8:
          node.overload = name(field);
          break;
        default:
          break;
      }
    require_at(!node.op.empty(), origin_.name, origin_.offset_of(message), "a node has no op");
    if (node.domain == "ai.onnx") node.domain = {};
    return node;
  }

  Attribute attribute(std::string_view message, int depth) {
    Attribute attribute;
    for (Field field(origin_, message); field.next();) switch (field.number()) {
        case 1:
          attribute.name = name(field);
          break;
        case 2:
          attribute.number = field.number32();
          break;
        case 3:
          attribute.integer = field.integer();
          break;
        case 4:
          attribute.text = field.view();
          break;
        case 5:
          attribute.tensor = tensor(field.view());
          break;
        case 6:
          field.pay_for<GraphDef>();
          attribute.graph = std::make_shared<const GraphDef>(graph(field.view(), depth + 1));
          break;
        case 7:
          append_list(attribute.numbers, field);
          break;
        case 8:
          append_list(attribute.integers, field);
          break;
        case 9:
          append(attribute.texts, field, [&] { return field.view(); });
          break;
        case 20:
          attribute.kind = static_cast<AttributeKind>(field.integer());
          break;
        case 21:
          attribute.refers_to = name(field);
          break;
        default:
          break;
      }
    return attribute;
  }

  TensorDef tensor(std::string_view message) {
    TensorDef tensor{{}, message};
    for (Field field(origin_, message); field.next();)
      if (field.number() == 8) tensor.name = name(field);
    return tensor;
  }

  ValueDef value(std::string_view message) {
    ValueDef value;
    for (Field field(origin_, message); field.next();) {
      if (field.number() == 1) value.name = name(field);
      if (field.number() == 2) type(field.view(), value);
    }
    return value;
  }

  void type(std::string_view message, ValueDef& value) {
    for (Field field(origin_, message); field.next();) switch (field.number()) {
        case 1:
          value.kind = ValueKind::tensor;
          tensor_type(field.view(), value);
          break;
        case 4:
          value.kind = ValueKind::sequence;
          break;
        case 9:
          value.kind = ValueKind::optional;
          break;
        default:
          break;
      }
  }

  void tensor_type(std::string_view message, ValueDef& value) {
    for (Field field(origin_, message); field.next();) {
      if (field.number() == 1) value.element_type = static_cast<std::int32_t>(field.integer());
      if (field.number() == 2) value.dims = shape(field.view());
    }
  }

  std::vector<DimDef> shape(std::string_view message) {
    std::vector<DimDef> dims;
    for (Field field(origin_, message); field.next();) {
      if (field.number() != 1) continue;
      append(dims, field, [&] { return dimension(field.view()); });
    }
    return dims;
  }

  DimDef dimension(std::string_view message) {
    DimDef dim;
    for (Field field(origin_, message); field.next();) {
      if (field.number() == 1) dim.size = field.integer();
      if (field.number() == 2) dim.symbol = name(field);
    }
    require_at(!dim.size || *dim.size >= 0, origin_.name, origin_.offset_of(message), "a dimension is ",
               dim.size.value_or(0));
    return dim;
  }

  FunctionDef function(std::string_view message) {
    FunctionDef function;
    for (Field field(origin_, message); field.next();) switch (field.number()) {
        case 1:
          function.name = name(field);
          break;
        case 4:
          append_name(function.inputs, field);
          break;
        case 5:
          append_name(function.outputs, field);
          break;
        case 7:
          append(function.nodes, field, [&] { return node(field.view(), 0); });
          break;
        case 9:
          opset(field.view(), function.opsets);
          break;
        case 10:
          function.domain = name(field);
          break;
        case 11:
          append(function.defaults, field, [&] { return attribute(field.view(), 0); });
          break;
        case 13:
          function.overload = name(field);
          break;
        default:
          break;
      }
    return function;
  }

  // A vector that grows takes twice what it holds.
  template <class T, class Read>
  void append(std::vector<T>& list, const Field& field, Read&& read) {
    field.pay_for<T>(2);
    list.push_back(read());
  }
  // An entry of a list takes more once a rule reads it.
  template <class T>
  void append_list(std::vector<T>& list, Field& field) {
    const std::size_t before = list.size();
    field.append_to(list);
    field.pay((list.size() - before) * kEntryBytes);
  }
  // A name takes more once it is looked up and stands for something.
  void append_name(std::vector<std::string_view>& names, Field& field) {
    field.pay(kNameBytes);
    append(names, field, [&] { return name(field); });
  }

  Origin origin_;
};
}  // namespace

ModelDef read_model(const std::string& path) {
  const auto file = MappedFile::open(path);
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  return ModelReader({path, folder.empty() ? "." : folder.string(), file->bytes(), file}).read();
}

ModelDef read_model(std::span<std::byte> bytes, std::string_view name, std::shared_ptr<void> owner) {
  return ModelReader({std::string(name), {}, bytes, std::move(owner)}).read();
}

Tensor read_tensor_file(const std::string& path) {
  const auto file = MappedFile::open(path);
  const Origin origin{path, {}, file->bytes(), file};
  return decode_tensor(origin, {{}, text_of(file->bytes())});
}

}  // namespace tenon::onnx
