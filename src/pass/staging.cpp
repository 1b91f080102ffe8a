#include "pass/staging.h"

#include <algorithm>
#include <deque>
#include <set>

#include "ir/operands.h"
#include "pass/counted_loops.h"
#include "pass/dead.h"
#include "pass/rewrite.h"
#include "pass/staged_bodies.h"
#include "pass/typing.h"

namespace tenon {

namespace {
using Types = std::map<std::string, Type>;
using Values = std::map<std::string, Tensor>;

Type bound_type(const Node& node, const Types& inputs) {
  const Type& written = node.results[0];
  const auto found = inputs.find(name_of(node));
  if (found == inputs.end()) {
    require(written.concrete(), "input '", name_of(node), "' is ", written, ": its shape must be given");
    return written;
  }
  const Type& given = found->second;
  const auto fits = [](Dim want, Dim have) { return !want.is_constant() || want == have; };
  require(given.concrete() && given.dtype == written.dtype &&
              (!written.ranked || std::equal(written.dims.begin(), written.dims.end(), given.dims.begin(),
                                             given.dims.end(), fits)),
          "input '", name_of(node), "' is ", written, ", but it was given ", given);
  return given;
}

std::span<const Ref> operands_of(const Node& node) {
  const std::size_t data = count_data_inputs(definition(node.op), node.inputs.size());
  return std::span(node.inputs).subspan(data);
}

// The nodes without whose values something cannot be planned, as far as shapes alone say them.
std::vector<bool> planning_nodes(const Graph& graph) {
  std::vector<bool> wanted(graph.nodes().size(), false);
  for (std::size_t id = graph.nodes().size(); id-- > 0;) {
    const Node& node = graph.nodes()[id];
    for (const Ref operand : operands_of(node)) wanted[operand.node] = true;
    if (node.op == Op::if_else) wanted[node.inputs[0].node] = true;
    if (definition(node.op).dynamic) wanted[id] = true;
    if (!wanted[id] || node.op == Op::shape_of) continue;
    for (const Ref input : node.inputs) wanted[input.node] = true;
  }
  return wanted;
}

class Stager {
 public:
  Stager(const Graph& source, const Types& types, const Values& values)
      : source_(source),
        types_(types),
        values_(values),
        now_(source.name()),
        host_(source.name()),
        later_(source.name()) {}

  Stage run() {
    std::vector<Slot> inputs;
    for (const std::uint32_t id : source_.inputs()) inputs.push_back(declare(source_.nodes()[id]));
    const std::vector<Slot> outputs = walk(source_, inputs);
    for (Graph* graph : {&now_, &host_, &later_}) graph->set_label("");
    std::vector<Part> parts;
    for (std::size_t i = 0; i < outputs.size(); ++i)
      parts.push_back(put_out(source_.outputs()[i].name, *outputs[i]));
    for (const auto& [held, name] : crossing_)
      graph_of(held.first).output(name, graph_of(held.first).value(held.second));
    return {std::move(now_), std::move(host_), std::move(later_), std::move(parts), std::move(why_)};
  }

 private:
  using Part = Stage::Part;
  // A value of the program: where it is computed, and what it is there.
  struct Held {
    Part part;
    Value value;
  };
  using Slot = const Held*;
  using Slots = std::vector<Slot>;

  Graph& graph_of(Part part) { return part == Part::now ? now_ : part == Part::host ? host_ : later_; }

  Slot hold(Part part, Value value) { return &held_.emplace_back(part, value); }
  Slots hold_all(Part part, std::span<const Value> values) {
    Slots slots;
    for (const Value& value : values) slots.push_back(hold(part, value));
    return slots;
  }

  Slot declare(const Node& node) {
    const Value input = now_.input(name_of(node), bound_type(node, types_));
    const auto known = values_.find(name_of(node));
    if (known == values_.end()) return hold(Part::now, input);
    require(Type::of(known->second) == input.type(), "input '", name_of(node), "' is ", input.type(),
            ", not ", Type::of(known->second));
    return hold(Part::now, now_.constant(known->second));
  }

  Part put_out(const std::string& name, const Held& held) {
    graph_of(held.part).output(name, held.value);
    return held.part;
  }

  // The outputs of a graph, the source or a body of it, whose nodes are placed one by one.
  Slots walk(const Graph& graph, const Slots& inputs) {
    const std::vector<bool> live = live_nodes(graph);
    const std::vector<bool> for_planning = planning_nodes(graph);
    std::vector<Slots> made;
    std::size_t next_input = 0;
    for (std::size_t id = 0; id < graph.nodes().size(); ++id) {
      const Node& node = graph.nodes()[id];
      made.emplace_back();
      if (node.op == Op::input)
        made.back() = {inputs[next_input++]};
      else if (live[id])
        made.back() = place(node, read(made, node.inputs), for_planning[id]);
    }
    for (const NamedRef& update : graph.updates())
      put_update(update, *made[update.ref.node][update.ref.result]);
    Slots outputs;
    for (const NamedRef& output : graph.outputs())
      outputs.push_back(made[output.ref.node][output.ref.result]);
    return outputs;
  }

  static Slots read(const std::vector<Slots>& made, std::span<const Ref> refs) {
    Slots slots;
    for (const Ref ref : refs) slots.push_back(made[ref.node][ref.result]);
    return slots;
  }

  void put_update(const NamedRef& update, const Held& held) {
    require(held.part == Part::now, "state '", update.name,
            "' is updated with what cannot be planned: ", why_);
    now_.update(update.name, held.value);
  }

  Slots place(const Node& node, const Slots& inputs, bool for_planning) {
    for (Graph* graph : {&now_, &host_, &later_}) graph->set_label(node.label);
    if (node.op == Op::state) return {hold(Part::now, now_.state(name_of(node), node.results[0]))};
    if (node.op == Op::constant) return {hold(Part::now, now_.constant(node.attrs.tensor("value")))};
    const auto is_in = [&](Part part) { return [part](Slot slot) { return slot->part == part; }; };
    if (std::ranges::any_of(inputs, is_in(Part::later))) return put_in(Part::later, node, inputs);
    if (std::ranges::any_of(inputs, is_in(Part::host)))
      return put_in(asks_for_elements(node, inputs) ? Part::host : Part::later, node, inputs);
    std::vector<Value> values;
    for (const Slot slot : inputs) values.push_back(slot->value);
    if (!node.bodies.empty()) return place_control(node, inputs, values);
    return place_planned(node, inputs, values, for_planning);
  }

  bool has_open_operands(const Node& node, const Slots& inputs) const {
    const std::size_t data = count_data_inputs(definition(node.op), inputs.size());
    return !std::all_of(inputs.begin() + static_cast<std::ptrdiff_t>(data), inputs.end(),
                        [](Slot slot) { return slot->part == Part::now && is_constant(slot->value); });
  }
  bool asks_for_elements(const Node& node, const Slots& inputs) const {
    return definition(node.op).dynamic || has_open_operands(node, inputs);
  }

  Slots place_planned(const Node& node, const Slots& inputs, std::span<const Value> values,
                      bool for_planning) {
    if (const auto folded = fold_node(now_, node, values, for_planning)) return hold_all(Part::now, *folded);
    if (definition(node.op).dynamic) return put_on_host(node, inputs, "its shape depends on data");
    if (has_open_operands(node, inputs)) return put_on_host(node, inputs, "its operands depend on data");
    const std::vector<Value> results = type_node(now_, node, values);
    for (const Value& result : results)
      require(result.type().concrete(), describe(node), ": its type is ", result.type(),
              " although every input's shape is known");
    return hold_all(Part::now, results);
  }

  Slots put_on_host(const Node& node, const Slots& inputs, std::string_view why) {
    if (why_.empty()) why_ = cat(describe(node), ": ", why);
    return put_in(Part::host, node, inputs);
  }

  Slots put_in(Part part, const Node& node, const Slots& inputs) {
    std::vector<Value> values;
    for (const Slot slot : inputs) values.push_back(bring(part, *slot));
    return hold_all(part, graph_of(part).emit(node.op, values, node.attrs, node.bodies));
  }

  // A value where a later part can read it: leaves are leaves there too, others are handed over.
  Value bring(Part part, const Held& held) {
    if (held.part == part) return held.value;
    Graph& to = graph_of(part);
    const Node& node = node_of(held.value);
    if (node.op == Op::constant) return to.constant(node.attrs.tensor("value"));
    if (node.op == Op::state) return to.state(name_of(node), node.results[0]);
    const std::string& name = node.op == Op::input ? name_of(node) : crossing_name(held);
    if (const auto known = to.find_input(name)) return to.value(*known);
    return to.input(name, held.value.type());
  }

  const std::string& crossing_name(const Held& held) {
    std::string& name = crossing_[{held.part, held.value.ref()}];
    while (name.empty() || source_.find_input(name)) name = cat('v', crossings_++);
    return name;
  }

  // A branch that is known is taken; otherwise the bodies must be whole and their results of one shape.
  Slots place_control(const Node& node, const Slots& inputs, std::span<const Value> values) {
    if (node.op == Op::if_else && is_constant(values[0])) {
      const bool holds = node_of(values[0]).attrs.tensor("value").as<bool>()[0];
      return walk(*node.bodies[holds ? 0 : 1], {inputs.begin() + 1, inputs.end()});
    }
    const auto bodies = typed_bodies(node, values);
    if (!bodies.empty() && !stacks_outputs(node))
      return hold_all(Part::now, now_.emit(node.op, values, node.attrs, bodies));
    if (!bodies.empty())
      if (const auto scan = as_scan(node, values, *bodies[0])) return hold_all(Part::now, *scan);
    Node told = node;
    told.bodies = told_bodies(node, values);
    return put_on_host(
        told, inputs,
        bodies.empty() ? "what its bodies return depends on data" : "how often it runs depends on data");
  }

  static bool stacks_outputs(const Node& node) {
    return node.op == Op::loop &&
           static_cast<std::int64_t>(node.results.size()) > node.attrs.integer("carried");
  }

  const Graph& source_;
  const Types& types_;
  const Values& values_;
  Graph now_, host_, later_;
  std::deque<Held> held_;  // stays where it is
  std::map<std::pair<Part, Ref>, std::string> crossing_;
  std::size_t crossings_ = 0;
  std::string why_;
};
}  // namespace

Stage first_stage(const Graph& source, const Types& inputs, const Values& values) {
  return Stager(source, inputs, values).run();
}

std::vector<std::string> planning_inputs(const Graph& source) {
  std::set<std::string> names;
  for (const Node& node : source.nodes())
    for (const Ref operand : operands_of(node))
      if (source.node(operand).op == Op::input) names.insert(name_of(source.node(operand)));
  return {names.begin(), names.end()};
}

}  // namespace tenon
