#include "engine/taps.h"

#include <algorithm>
#include <map>

namespace tenon::engine {

namespace {
bool is_leaf(Op op) { return op == Op::input || op == Op::state || op == Op::constant; }

const NamedRef* find_named(const std::vector<NamedRef>& values, std::string_view name) {
  const auto found = std::ranges::find(values, name, &NamedRef::name);
  return found == values.end() ? nullptr : &*found;
}
}  // namespace

std::string name_of_value(const Graph& program, Ref value) {
  const Node& node = program.node(value);
  const std::string name = node.label.empty() ? cat(describe(node), "#", value.node) : node.label;
  return value.result == 0 ? name : cat(name, ":", value.result);
}

std::vector<NamedRef> tappable(const Graph& program) {
  std::map<std::string, Ref> last;
  for (std::uint32_t id = 0; id < program.nodes().size(); ++id) {
    const Node& node = program.nodes()[id];
    if (is_leaf(node.op)) continue;
    for (std::uint32_t result = 0; result < node.results.size(); ++result)
      last[name_of_value(program, {id, result})] = {id, result};
  }
  std::vector<NamedRef> values;
  for (const auto& [name, ref] : last) values.push_back({name, ref});
  std::ranges::sort(values, {}, &NamedRef::ref);
  return values;
}

std::vector<NamedRef> find_values(const Graph& program, const std::vector<std::string>& names) {
  const std::vector<NamedRef> values = tappable(program);
  std::vector<NamedRef> found;
  for (const std::string& name : names) {
    const NamedRef* value = find_named(values, name);
    if (!value) value = find_named(program.outputs(), name);
    require(value != nullptr, "the program has no value '", name, "'");
    found.push_back(*value);
  }
  return found;
}

const Node& node_of(const Graph& program, std::string_view value) {
  return program.node(find_values(program, {std::string(value)}).front().ref);
}

Graph with_outputs(const Graph& program, const std::vector<NamedRef>& values) {
  Graph tapped = program.clone();
  for (const NamedRef& value : values)
    if (!find_named(tapped.outputs(), value.name)) tapped.output(value.name, tapped.value(value.ref));
  return tapped;
}

}  // namespace tenon::engine
