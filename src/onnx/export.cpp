#include <algorithm>

#include "base/files.h"
#include "onnx/exporting.h"
#include "tenon/onnx.h"

namespace tenon::onnx {

namespace {
constexpr std::int64_t kOpset = 20;
constexpr std::size_t kLargestFile = (std::size_t{1} << 31) - 1;  // what a protobuf message can hold

bool is_leaf(const Node& node) {
  return node.op == Op::input || node.op == Op::state || node.op == Op::constant;
}

std::vector<bool> needed(const Graph& program) {
  std::vector<bool> is_needed(program.nodes().size());
  for (const NamedRef& output : program.outputs()) is_needed[output.ref.node] = true;
  for (std::size_t id = is_needed.size(); id-- > 0;)
    if (is_needed[id])
      for (const Ref input : program.nodes()[id].inputs) is_needed[input.node] = true;
  return is_needed;
}

bool can_write(const Node& node) {
  return is_leaf(node) || export_rules().contains(node.op) || definition(node.op).decompose;
}

// All ops that cannot be written, at once.
void check_ops(const Graph& program) {
  std::set<std::string> unsupported;
  const std::vector<bool> is_needed = needed(program);
  for (std::size_t id = 0; id < is_needed.size(); ++id)
    if (is_needed[id] && !can_write(program.nodes()[id]))
      unsupported.insert(definition(program.nodes()[id].op).name);
  std::string list;
  for (const std::string& op : unsupported) list += cat(list.empty() ? "" : ", ", op);
  require(list.empty(), "these ops have no form in ONNX: ", list);
}

std::size_t bytes_of_weights(const NamedTensors& weights) {
  std::size_t bytes = 0;
  for (const auto& [name, tensor] : weights) bytes += tensor.bytes();
  return bytes;
}
}  // namespace

const ExportRules& export_rules() {
  static const ExportRules kAll = [] {
    ExportRules rules;
    add_elementwise_exports(rules);
    add_layer_exports(rules);
    add_movement_exports(rules);
    add_body_exports(rules);
    return rules;
  }();
  return kAll;
}

std::string GraphExport::fresh(std::string_view base) {
  std::string name;
  do name = cat(prefix_, base, "_", ++count_);
  while (taken_.contains(name));
  return name;
}

void GraphExport::write_nodes(const Graph& program, std::map<Ref, std::string>& named) {
  const std::vector<bool> is_needed = needed(program);
  for (std::uint32_t id = 0; id < program.nodes().size(); ++id)
    if (is_needed[id]) write_node(program, id, named);
}

void GraphExport::write_node(const Graph& program, std::uint32_t id, std::map<Ref, std::string>& named) {
  const Node& node = program.nodes()[id];
  if (named.contains(Ref{id})) return;
  if (node.op == Op::constant) {
    const std::string name = fresh("constant");
    writer_.add_initialiser(node.attrs.tensor("value"), name);
    named[Ref{id}] = name;
    return;
  }
  Names inputs;
  for (const Ref input : node.inputs) {
    const auto name = named.find(input);
    require(name != named.end(), "result ", input.result, " of node '", describe(program.node(input)),
            "' has no form in ONNX");
    inputs.push_back(name->second);
  }
  const Written written(*this, program, node, std::move(inputs));
  const auto rule = export_rules().find(node.op);
  const Names results = rule != export_rules().end() ? rule->second(written) : written.decomposed();
  for (std::uint32_t result = 0; result < results.size(); ++result) named[Ref{id, result}] = results[result];
}

std::string Written::add(std::string op, Names inputs, Attributes attributes) const {
  return add_many(std::move(op), std::move(inputs), 1, std::move(attributes)).front();
}

Names Written::add_many(std::string op, Names inputs, std::size_t outputs, Attributes attributes) const {
  const std::string base = node_.label.empty() ? definition(node_.op).name : node_.label;
  Names made;
  for (std::size_t i = 0; i < outputs; ++i) made.push_back(to_.fresh(base));
  to_.writer().add_node({std::move(op), std::move(inputs), made, std::move(attributes), made.front()});
  return made;
}

std::string Written::constant(const Tensor& tensor) const {
  const std::string name = to_.fresh("constant");
  to_.writer().add_initialiser(tensor, name);
  return name;
}

std::string Written::integers(const Ints& values) const {
  return constant(Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values));
}

std::string Written::operand(std::string_view attribute, std::size_t input) const {
  const AttrValue* const value = attrs().find(attribute);
  if (!value) return add("Reshape", {inputs_.at(input), integers({-1})});
  if (const auto* many = std::get_if<Ints>(value)) return integers(*many);
  return integers({std::get<std::int64_t>(*value)});
}

std::string Written::number(double value, DType dtype) const {
  return constant(Tensor::full(dtype, {}, value));
}

std::string Written::cast(const std::string& x, DType dtype) const {
  return add("Cast", {x}, {{"to", static_cast<std::int64_t>(element_type_of(dtype))}});
}

Names Written::decomposed() const {
  const OpDef& def = definition(node_.op);
  if (!def.decompose) fail("it has no form there");
  Graph parts(def.name);
  std::vector<Value> arguments;
  std::map<Ref, std::string> named;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    arguments.push_back(parts.input(cat(i), input_type(i)));
    named[arguments.back().ref()] = inputs_[i];
  }
  const std::vector<Value> results = def.decompose({parts, node_, arguments});
  for (const Value& result : results) parts.output("", result);
  to_.write_nodes(parts, named);
  Names names;
  for (const Value& result : results) names.push_back(named.at(result.ref()));
  return names;
}

namespace {
std::string export_model(const Graph& program, const NamedTensors& weights) {
  require(program.updates().empty(),
          "a program that updates a state is no model: export an engine's or a run's");
  check_ops(program);
  GraphExport to("");
  std::map<Ref, std::string> named;
  for (const std::uint32_t id : program.inputs()) {
    const std::string& name = name_of(program.nodes()[id]);
    to.writer().add_input(name, program.nodes()[id].results[0]);
    named[Ref{id}] = name;
    to.take(name);
  }
  for (const auto& [name, ref] : program.outputs()) to.take(name);
  for (const std::uint32_t id : program.states()) {
    const std::string& name = name_of(program.nodes()[id]);
    const Tensor* const weight = find(weights, name);
    require(weight != nullptr, "there is no weight '", name, "', which the program needs");
    named[Ref{id}] = to.is_taken(name) ? to.fresh(name) : name;
    to.take(named[Ref{id}]);
    to.writer().add_initialiser(*weight, named[Ref{id}]);
  }
  to.write_nodes(program, named);
  for (const auto& [name, ref] : program.outputs()) {
    to.writer().add_node({"Identity", {named.at(ref)}, {name}, {}, cat("output ", name)});
    to.writer().add_output(name, program.type(ref));
  }
  return encode_model(to.writer().bytes(program.name()), kOpset);
}
}  // namespace

}  // namespace tenon::onnx

namespace tenon {

void export_onnx(const Graph& program, const NamedTensors& weights, const std::string& path) {
  const std::size_t bytes = onnx::bytes_of_weights(weights);
  require(bytes < onnx::kLargestFile, "'", path, "': the weights have ", bytes,
          " bytes, and an ONNX file holds less than 2 GiB");
  write_atomically(path, onnx::export_model(program, weights));
}

}  // namespace tenon
