#include "onnx/import.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "onnx/importing.h"
#include "onnx/order.h"
#include "onnx/read.h"
#include "onnx/tensors.h"

namespace tenon::onnx {

namespace {
constexpr int kDeepestCalls = 64;             // functions that call functions, bodies within bodies
constexpr std::int64_t kConstantSize = 1024;  // elements
constexpr std::int64_t kFewestNodes = 1 << 15;
constexpr std::size_t kBytesANode = 150;

bool is_identifier(std::string_view text) {
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
         std::ranges::all_of(text, is_part);
}

Dim dim_of(const DimDef& dim) {
  if (dim.size) return *dim.size;
  return is_identifier(dim.symbol) ? Dim(dim.symbol) : Dim::unknown();
}

// Every op that neither a rule nor a function of the model knows, with how often and where first.
class Unsupported {
 public:
  explicit Unsupported(const Import& import) : import_(import) {}

  void look(const std::vector<NodeDef>& nodes) {
    for (const NodeDef& node : nodes) {
      look(node);
      for (const Attribute& attribute : node.attributes)
        if (attribute.graph) look(attribute.graph->nodes);
    }
  }

  void check(std::string_view file) const {
    if (found_.empty()) return;
    std::string list;
    for (const auto& [op, seen] : found_)
      list += cat("\n  ", op, ", ", seen.count, seen.count == 1 ? " node" : " nodes", ", first ", seen.first);
    fail("'", file, "': these ops are not supported:", list);
  }

 private:
  struct Seen {
    int count = 0;
    std::string first;
  };

  void look(const NodeDef& node) {
    if (rules().find(node.domain, node.op) || import_.find_function(node.domain, node.op)) return;
    Seen& seen = found_[node.domain.empty() ? std::string(node.op) : cat(node.domain, ".", node.op)];
    if (seen.count++ == 0) seen.first = describe(node);
  }

  const Import& import_;
  std::map<std::string, Seen> found_;
};
}  // namespace

Import::Import(const ModelDef& model, const OnnxOptions& options)
    : model_(model),
      options_(options),
      body_("main", nullptr),
      nodes_left_(kFewestNodes + static_cast<std::int64_t>(model.origin.bytes.size() / kBytesANode)) {}

Tensor Import::decode(const TensorDef& tensor) const { return decode_tensor(model_.origin, tensor); }

Value Import::weight(std::string_view name, const Tensor& tensor) {
  Graph& graph = body_.graph();
  const bool says_shapes = is_float(tensor.dtype()) ? tensor.rank() == 0 : tensor.size() <= kConstantSize;
  if (says_shapes || tensor.size() == 0) return graph.constant(tensor);
  std::string unique(name);
  for (int copy = 2; find(weights_, unique); ++copy) unique = cat(name, ".", copy);
  weights_.emplace_back(unique, tensor);
  const Value state = graph.state(unique, Type::of(tensor));
  if (tensor.size() <= kConstantSize) body_.known().set(state, tensor);
  return state;
}

const FunctionDef* Import::find_function(std::string_view domain, std::string_view name) const {
  const auto found = std::ranges::find_if(model_.functions, [&](const FunctionDef& function) {
    return function.name == name && function.domain == domain;
  });
  return found == model_.functions.end() ? nullptr : &*found;
}

Type Import::input_type(const ValueDef& input) const {
  require(input.kind == ValueKind::tensor, "input '", input.name, "' is no tensor, which is not supported");
  const auto dtype = onnx::dtype_of(input.element_type);
  require(dtype.has_value(), "input '", input.name, "' is of ", name_of_element(input.element_type),
          ", which is not supported");
  const auto given = options_.shapes.find(std::string(input.name));
  if (given != options_.shapes.end()) return Type::of(*dtype, given->second);
  if (!input.dims) return Type::unranked(*dtype);
  Type type{*dtype, {}};
  for (const DimDef& dim : *input.dims) type.dims.push_back(dim_of(dim));
  return type;
}

void Import::count_node() {
  require(nodes_left_-- > 0, "its functions unfold to more nodes than a model of ",
          model_.origin.bytes.size(), " bytes can have");
}

void Import::import_nodes(const std::vector<NodeDef>& nodes, Scope& scope) {
  for (const NodeDef* node : in_order(nodes)) import_node(*node, scope);
}

void Import::import_node(const NodeDef& node, Scope& scope) {
  count_node();
  const Call call(node, scope);
  const std::string before = scope.graph().label();
  scope.graph().set_label(
      std::string(node.name.empty() && !node.outputs.empty() ? node.outputs[0] : node.name));
  std::vector<Item> results;
  try {
    const Rule rule = rules().find(node.domain, node.op);
    const FunctionDef* const function = find_function(node.domain, node.op);
    results = function ? call_function(*function, call) : rule(call);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty()) continue;
      require(i < results.size() && results[i].defined(), "there is no output ", i);
      scope.define(node.outputs[i], results[i]);
    }
  } catch (const Error& error) {
    if (depth_ > 0) fail(describe(node), ": ", error.what());
    fail("'", model_.origin.name, "', ", describe(node), ": ", error.what());
  }
  scope.graph().set_label(before);
}

std::vector<Item> Import::import_graph(const GraphDef& graph, Scope& scope) {
  require(!graph.has_sparse_initialisers, "sparse initialisers are not supported");
  require(++depth_ < kDeepestCalls, "functions and bodies are nested ", kDeepestCalls, " deep");
  for (const TensorDef& tensor : graph.initialisers) scope.define_initialiser(tensor);
  import_nodes(graph.nodes, scope);
  std::vector<Item> outputs;
  for (const ValueDef& output : graph.outputs) {
    outputs.push_back(scope.find(output.name));
    require(outputs.back().defined(), "output '", output.name, "' is nowhere made");
  }
  --depth_;
  return outputs;
}

std::vector<Item> Import::call_function(const FunctionDef& function, const Call& call) {
  require(call.input_count() <= function.inputs.size(), "function ", function.name, " takes ",
          function.inputs.size(), " inputs, not ", call.input_count());
  require(++depth_ < kDeepestCalls, "functions and bodies are nested ", kDeepestCalls, " deep");
  Scope scope(*this, call.scope().body(), nullptr, function.opsets);
  std::vector<Attribute> arguments;
  for (const Attribute& argument : call.node().attributes)
    if (const Attribute* found = call.attribute(argument.name)) {
      arguments.push_back(*found);
      arguments.back().name = argument.name;
    }
  for (const Attribute& fallback : function.defaults)
    if (std::ranges::find(arguments, fallback.name, &Attribute::name) == arguments.end())
      arguments.push_back(fallback);
  scope.set_arguments(std::move(arguments));
  for (std::size_t i = 0; i < function.inputs.size(); ++i)
    if (call.has(i)) scope.define(function.inputs[i], call.item(i));
  import_nodes(function.nodes, scope);
  std::vector<Item> outputs;
  for (const std::string_view output : function.outputs) outputs.push_back(scope.find(output));
  --depth_;
  return outputs;
}

OnnxModel Import::run() {
  Unsupported unsupported(*this);
  unsupported.look(model_.graph.nodes);
  for (const FunctionDef& function : model_.functions) unsupported.look(function.nodes);
  unsupported.check(model_.origin.name);

  Scope scope(*this, body_, nullptr, model_.opsets);
  std::set<std::string_view> weights;
  for (const TensorDef& tensor : model_.graph.initialisers) weights.insert(tensor.name);
  try {
    for (const ValueDef& input : model_.graph.inputs)
      if (!weights.contains(input.name))
        scope.define(input.name, body_.graph().input(std::string(input.name), input_type(input)));
    for (const auto& [name, shape] : options_.shapes)
      require(body_.graph().find_input(name).has_value(), "there is no input '", name,
              "' to give a shape to");
    const std::vector<Item> outputs = import_graph(model_.graph, scope);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const std::string name(model_.graph.outputs[i].name);
      require(outputs[i].value.defined(), "output '", name, "' is a sequence, which is not supported");
      body_.graph().output(name, outputs[i].value);
    }
  } catch (const Error& error) {
    const std::string_view what = error.what();
    if (what.starts_with(cat("'", model_.origin.name, "'"))) throw;
    fail("'", model_.origin.name, "': ", what);
  }
  return {body_.take(), std::move(weights_)};
}

OnnxModel import_model(const ModelDef& model, const OnnxOptions& options) {
  return Import(model, options).run();
}

}  // namespace tenon::onnx

namespace tenon {

OnnxModel import_onnx(const std::string& path, const OnnxOptions& options) {
  return onnx::import_model(onnx::read_model(path), options);
}

}  // namespace tenon
