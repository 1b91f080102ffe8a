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
constexpr std::int64_t kMostZeroPoints = 16 * 1024;
constexpr std::int64_t kHighestRank = 64;
constexpr std::size_t kLongestLabel = 200;
constexpr std::size_t kBytesAName = 1000;  // at most, for what a node writes for one of its inputs or outputs

class Deeper {
 public:
  explicit Deeper(int& depth) : depth_(depth) {
    require(depth_ + 1 < kDeepestCalls, "functions and bodies are nested ", kDeepestCalls, " deep");
    ++depth_;
  }
  ~Deeper() { --depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  int& depth_;
};

bool is_identifier(std::string_view text) {
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  return !text.empty() && !std::isdigit(static_cast<unsigned char>(text[0])) &&
         std::ranges::all_of(text, is_part);
}

// Of integers, what may say a shape or an axis is part of the program; so are vectors of bytes, which are
// zero points, and decide whether a product of bytes needs them at all.
bool is_constant(const Tensor& tensor) {
  if (is_float(tensor.dtype())) return tensor.rank() == 0;
  const bool holds_zero_points = tensor.rank() <= 1 && size_of(tensor.dtype()) == 1;
  return tensor.size() <= (holds_zero_points ? kMostZeroPoints : kConstantSize);
}

Dim dim_of(const DimDef& dim) {
  if (dim.size) return *dim.size;
  return is_identifier(dim.symbol) ? Dim(dim.symbol) : Dim::unknown();
}

}  // namespace

Import::Import(const ModelDef& model, const OnnxOptions& options)
    : model_(model), options_(options), body_("main", *model.origin.budget) {
  for (const FunctionDef& function : model.functions)
    functions_.emplace(FunctionKey{function.domain, function.name, function.overload}, &function);
}

Tensor Import::decode(const TensorDef& tensor) {
  const auto [place, is_new] = decoded_.try_emplace(tensor.message.data());
  if (is_new) place->second = decode_tensor(model_.origin, tensor);
  return place->second;
}

// The first has the name that the model says.
std::string Import::unique_name(std::string_view name) {
  std::string unique(name);
  while (true) {
    const auto [place, is_new] = weight_names_.try_emplace(unique, 1);
    if (is_new) return unique;
    unique = cat(name, ".", ++weight_names_.find(name)->second);
  }
}

Value Import::weight(std::string_view name, const TensorDef& def) {
  const auto [place, is_new] = imported_weights_.try_emplace(def.message.data());
  if (!is_new) return place->second;
  const Tensor tensor = decode(def);
  Graph& graph = body_.graph();
  if (is_constant(tensor) || tensor.size() == 0) return place->second = graph.constant(tensor);
  weights_.emplace_back(unique_name(name), tensor);
  const Value state = graph.state(weights_.back().first, Type::of(tensor));
  if (tensor.size() <= kConstantSize) body_.known().set(state.ref(), tensor);
  return place->second = state;
}

const FunctionDef* Import::find_function(const NodeDef& call) const {
  const auto found = functions_.find({call.domain, call.op, call.overload});
  return found == functions_.end() ? nullptr : found->second;
}

Type Import::input_type(const ValueDef& input) const {
  require(input.kind == ValueKind::tensor, "input '", input.name, "' is no tensor, which is not supported");
  const auto dtype = onnx::dtype_of(input.element_type);
  require(dtype.has_value(), "input '", input.name, "' is of ", name_of_element(input.element_type),
          ", which is not supported");
  const auto given = options_.shapes.find(std::string(input.name));
  if (given != options_.shapes.end()) return Type::of(*dtype, given->second);
  if (!input.dims) return Type::unranked(*dtype);
  require(std::ssize(*input.dims) <= kHighestRank, "input '", input.name, "' has ", input.dims->size(),
          " axes, more than ", kHighestRank);
  Type type{*dtype, {}};
  for (const DimDef& dim : *input.dims) type.dims.push_back(dim_of(dim));
  if (options_.open_batch && !type.dims.empty()) type.dims[0] = "N";
  return type;
}

std::string Import::quoted_file() const { return cat("'", model_.origin.name, "'"); }

// What a reader says of the model's own file, as a part of what is said of a node.
std::string Import::without_file(std::string_view what) const {
  const std::string file = quoted_file();
  if (!what.starts_with(file)) return std::string(what);
  what.remove_prefix(file.size());
  return std::string(what.substr(std::min<std::size_t>(what.size(), 2)));
}

void Import::import_nodes(const std::vector<NodeDef>& nodes, Scope& scope) {
  for (const NodeDef* node : in_order(nodes)) import_node(*node, scope);
}

void Import::import_node(const NodeDef& node, Scope& scope) {
  if (std::ranges::all_of(node.outputs, &std::string_view::empty)) return;  // it makes nothing
  const Call call(node, scope);
  const std::string before = scope.graph().label();
  const std::string_view label = node.name.empty() && !node.outputs.empty() ? node.outputs[0] : node.name;
  scope.graph().set_label(std::string(label.substr(0, kLongestLabel)));
  try {
    model_.origin.budget->require((node.inputs.size() + node.outputs.size()) * kBytesAName);
    const FunctionDef* const function = find_function(node);
    const std::vector<Item> results =
        function ? call_function(*function, call) : rules().find(node.domain, node.op)(call);
    scope.body().pay();
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i].empty()) continue;
      require(i < results.size() && results[i].defined(), "there is no output ", i);
      scope.define(node.outputs[i], results[i]);
    }
  } catch (const Error& error) {
    const std::string where = depth_ > 0 ? "" : cat(quoted_file(), ", ");
    fail(where, describe(node), ": ", without_file(error.what()));
  }
  scope.graph().set_label(before);
}

std::vector<Item> Import::import_graph(const GraphDef& graph, Scope& scope) {
  require(!graph.has_sparse_initialisers, "sparse initialisers are not supported");
  const Deeper deeper(depth_);
  for (const TensorDef& tensor : graph.initialisers) scope.define_initialiser(tensor);
  import_nodes(graph.nodes, scope);
  std::vector<Item> outputs;
  for (const ValueDef& output : graph.outputs) {
    outputs.push_back(scope.find(output.name));
    require(outputs.back().defined(), "output '", output.name, "' is nowhere made");
  }
  return outputs;
}

std::vector<Item> Import::call_function(const FunctionDef& function, const Call& call) {
  require(call.input_count() <= function.inputs.size(), "function ", function.name, " takes ",
          function.inputs.size(), " inputs, not ", call.input_count());
  const Deeper deeper(depth_);
  Scope scope(*this, call.scope().body(), nullptr, function.opsets);
  std::map<std::string_view, const Attribute*> arguments;
  for (const Attribute& argument : call.node().attributes)
    if (const Attribute* found = call.attribute(argument.name)) arguments.emplace(argument.name, found);
  for (const Attribute& fallback : function.defaults) arguments.emplace(fallback.name, &fallback);
  scope.set_arguments(std::move(arguments));
  for (std::size_t i = 0; i < function.inputs.size(); ++i)
    if (call.has(i)) scope.define(function.inputs[i], call.item(i));
  import_nodes(function.nodes, scope);
  std::vector<Item> outputs;
  for (const std::string_view output : function.outputs) outputs.push_back(scope.find(output));
  return outputs;
}

OnnxModel Import::run() {
  require_supported();

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
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const std::string name(model_.graph.outputs[i].name);
      require(names.insert(model_.graph.outputs[i].name).second, "two outputs are named '", name, "'");
      require(outputs[i].value.defined(), "output '", name, "' is a sequence, which is not supported");
      body_.graph().output(name, outputs[i].value);
    }
  } catch (const Error& error) {
    if (std::string_view(error.what()).starts_with(quoted_file())) throw;
    fail(quoted_file(), ": ", error.what());
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
