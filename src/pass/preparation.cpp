#include "pass/preparation.h"

#include <algorithm>
#include <map>

#include "base/checksum.h"
#include "tenon/op.h"

namespace tenon {

namespace {
std::vector<bool> needed_for(const Graph& graph, std::span<const NamedRef> values) {
  std::vector<bool> needed(graph.nodes().size(), false);
  for (const NamedRef& value : values) needed[value.ref.node] = true;
  for (std::size_t id = graph.nodes().size(); id-- > 0;) {
    if (!needed[id]) continue;
    for (const Ref input : graph.nodes()[id].inputs) needed[input.node] = true;
  }
  return needed;
}

// Copies what the values need, and nothing else; labels are left out, for they say nothing of the values.
Graph extract(const Graph& from, std::span<const NamedRef> values, std::map<Ref, Ref>& made) {
  const std::vector<bool> needed = needed_for(from, values);
  Graph to("prepare");
  for (std::uint32_t id = 0; id < from.nodes().size(); ++id) {
    if (!needed[id]) continue;
    Node moved = from.nodes()[id];
    moved.label.clear();
    for (Ref& input : moved.inputs) input = made.at(input);
    const auto results = static_cast<std::uint32_t>(moved.results.size());
    const std::uint32_t copy = to.append(std::move(moved));
    for (std::uint32_t i = 0; i < results; ++i) made[{id, i}] = {copy, i};
  }
  return to;
}
}  // namespace

bool is_updated(const Graph& graph, const Node& state) {
  return std::ranges::any_of(graph.updates(),
                             [&](const NamedRef& update) { return update.name == name_of(state); });
}

std::vector<bool> fixed_nodes(const Graph& graph) {
  std::vector<bool> fixed;
  for (const Node& node : graph.nodes()) {
    const OpDef& def = definition(node.op);
    if (node.op == Op::input || def.random || def.effects || !node.bodies.empty())
      fixed.push_back(false);
    else if (node.op == Op::state)
      fixed.push_back(!is_updated(graph, node));
    else
      fixed.push_back(std::ranges::all_of(node.inputs, [&](Ref input) { return fixed[input.node]; }));
  }
  return fixed;
}

std::string name_of_prepared(const Graph& graph, Ref value) {
  std::map<Ref, Ref> made;
  const NamedRef root{"value", value};
  Graph program = extract(graph, {&root, 1}, made);
  program.output(root.name, program.value(made.at(value)));
  const std::string first =
      program.states().empty() ? std::string() : name_of(program.nodes()[program.states()[0]]);
  return cat("prepared/", definition(graph.node(value).op).name, '/', first, '/',
             hexadecimal(checksum(bytes_of(print(program)))));
}

Graph preparation_of(const Graph& graph, std::span<const NamedRef> values) {
  std::map<Ref, Ref> made;
  Graph program = extract(graph, values, made);
  for (const NamedRef& value : values) {
    const Value kept = program.value(made.at(value.ref));
    program.state(value.name, kept.type());
    program.update(value.name, kept);
  }
  return program;
}

}  // namespace tenon
