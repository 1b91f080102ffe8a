#include "tenon/graph.h"

#include "ir/check.h"
#include "ir/types.h"

namespace tenon {

const Type& Value::type() const {
  require(defined(), "a value was used before it was set");
  return graph_->type(ref_);
}

std::int64_t Value::rank() const {
  require(type().ranked, "the rank of ", type(), " is not known yet");
  return type().rank();
}

Graph Graph::clone() const {
  Graph copy(name_);
  copy.label_ = label_;
  copy.nodes_ = nodes_;
  copy.inputs_ = inputs_;
  copy.states_ = states_;
  copy.outputs_ = outputs_;
  copy.updates_ = updates_;
  return copy;
}

Value Graph::input(std::string name, Type type) {
  require(!find_input(name), "there is an input named '", name, "' already");
  return value({append({Op::input, {}, {{"name", std::move(name)}}, {}, {std::move(type)}, label_})});
}

Value Graph::state(std::string name, Type type) {
  if (const auto known = find_state(name)) {
    require(this->type(*known) == type, "state '", name, "' is ", this->type(*known),
            " and was asked for as ", type);
    return value(*known);
  }
  return value({append({Op::state, {}, {{"name", std::move(name)}}, {}, {std::move(type)}, label_})});
}

Value Graph::constant(Tensor tensor) {
  Type type = Type::of(tensor);
  return value({append({Op::constant, {}, {{"value", std::move(tensor)}}, {}, {std::move(type)}, label_})});
}

std::vector<Value> Graph::emit(Op op, std::span<const Value> inputs, const Attrs& attrs,
                               std::vector<std::shared_ptr<const Graph>> bodies) {
  const OpDef& def = definition(op);
  check_arity(def, inputs.size(), bodies.size());
  Node node{op, {}, complete_attrs(def, attrs, inputs.size()), std::move(bodies), {}, label_};
  for (const Value& input : inputs) {
    require(input.defined() && &input.graph() == this, def.name, ": input ", node.inputs.size(),
            " belongs to another graph");
    node.inputs.push_back(input.ref());
  }
  settle_operands(*this, node);
  node.results = infer_types(*this, node);
  const std::uint32_t id = append(std::move(node));
  std::vector<Value> results;
  for (std::uint32_t i = 0; i < nodes_[id].results.size(); ++i) results.push_back(value({id, i}));
  return results;
}

Value Graph::emit1(Op op, std::initializer_list<Value> inputs, const Attrs& attrs) {
  return emit(op, std::span<const Value>(inputs.begin(), inputs.size()), attrs).front();
}

std::uint32_t Graph::append(Node node) {
  const auto id = static_cast<std::uint32_t>(nodes_.size());
  for (const Ref input : node.inputs)
    require(input.node < id && input.result < nodes_[input.node].results.size(), describe(node),
            ": an input does not stand before it");
  if (node.op == Op::input) inputs_.push_back(id);
  if (node.op == Op::state) states_.push_back(id);
  nodes_.push_back(std::move(node));
  return id;
}

void Graph::output(std::string name, Value value) {
  require(value.defined() && &value.graph() == this, "output '", name, "' belongs to another graph");
  outputs_.push_back({std::move(name), value.ref()});
}

void Graph::update(std::string state, Value value) {
  const auto slot = find_state(state);
  require(slot.has_value(), "there is no state named '", state, "' to update");
  require(compatible(type(*slot), value.type()), "state '", state, "' is ", type(*slot),
          " and cannot be updated with ", value.type());
  updates_.push_back({std::move(state), value.ref()});
}

namespace {
std::optional<Ref> find_leaf(const Graph& graph, const std::vector<std::uint32_t>& leaves,
                             std::string_view name) {
  for (const std::uint32_t id : leaves)
    if (name_of(graph.nodes()[id]) == name) return Ref{id};
  return std::nullopt;
}
}  // namespace

std::optional<Ref> Graph::find_input(std::string_view name) const { return find_leaf(*this, inputs_, name); }
std::optional<Ref> Graph::find_state(std::string_view name) const { return find_leaf(*this, states_, name); }

const std::string& name_of(const Node& leaf) { return leaf.attrs.text("name"); }

std::string describe(const Node& node) {
  const std::string& name = definition(node.op).name;
  return node.label.empty() ? name : cat(name, " '", node.label, "'");
}

void TypeContext::fail_with(const std::string& message) const {
  std::string where = def.name;
  if (!label.empty()) where += cat(" '", label, "'");
  throw Error(cat(where, ": ", message, inputs.empty() ? "" : cat(" (inputs: ", inputs, ")")));
}

}  // namespace tenon
