#include "ir/verify.h"

#include <algorithm>
#include <set>

#include "ir/check.h"
#include "ir/operands.h"
#include "ir/types.h"

namespace tenon {

namespace {
enum class Stage { source, typed, lowered };

class Verifier {
 public:
  Verifier(const Graph& graph, Stage stage, bool is_body) : graph_(graph), stage_(stage), is_body_(is_body) {}

  void run() {
    for (std::uint32_t id = 0; id < graph_.nodes().size(); ++id) verify_node(id);
    verify_names(graph_.inputs());
    verify_names(graph_.states());
    for (const NamedRef& output : graph_.outputs())
      rule(exists(output.ref), "output '", output.name, "' is no result of a node");
    std::set<std::string_view> updated;
    for (const NamedRef& update : graph_.updates()) verify_update(update, updated);
    rule(!is_body_ || graph_.states().empty(), "a body holds a state");
  }

 private:
  template <class... Parts>
  void rule(bool holds, const Parts&... parts) const {
    require(holds, "program '", graph_.name(), "': ", parts...);
  }
  template <class... Parts>
  void node_rule(std::uint32_t id, bool holds, const Parts&... parts) const {
    if (!holds) rule(false, "node ", id, ", ", describe(graph_.nodes()[id]), ": ", cat(parts...));
  }

  bool exists(Ref ref) const {
    return ref.node < graph_.nodes().size() && ref.result < graph_.node(ref).results.size();
  }

  void verify_names(const std::vector<std::uint32_t>& leaves) const {
    std::set<std::string_view> names;
    for (const std::uint32_t id : leaves)
      node_rule(id, names.insert(name_of(graph_.nodes()[id])).second, "another one has the name '",
                name_of(graph_.nodes()[id]), "' too");
  }

  void verify_update(const NamedRef& update, std::set<std::string_view>& updated) const {
    const auto slot = graph_.find_state(update.name);
    rule(slot.has_value(), "there is no state '", update.name, "' to update");
    rule(exists(update.ref), "the update of '", update.name, "' is no result of a node");
    rule(updated.insert(update.name).second, "state '", update.name, "' is updated twice");
    rule(compatible(graph_.type(*slot), graph_.type(update.ref)), "state '", update.name, "' is ",
         graph_.type(*slot), " and is updated with ", graph_.type(update.ref));
  }

  void verify_node(std::uint32_t id) const {
    const Node& node = graph_.nodes()[id];
    const OpDef& def = definition(node.op);
    node_rule(id, !def.name.empty(), "there is no such op");
    verify_inputs(id, node);
    if (def.family == "leaf")
      verify_leaf(id, node);
    else
      verify_row(id, node, def);
    for (const Type& type : node.results)
      node_rule(id, stage_ == Stage::source || type.concrete(), type, " is not concrete");
    verify_stage(id, node, def);
    for (const auto& body : node.bodies) Verifier(*body, stage_, true).run();
  }

  void verify_inputs(std::uint32_t id, const Node& node) const {
    for (const Ref input : node.inputs)
      node_rule(id, input.node < id && exists(input), "an input does not stand before it");
  }

  void verify_leaf(std::uint32_t id, const Node& node) const {
    const AttrValue* attr = node.attrs.find(node.op == Op::constant ? "value" : "name");
    const bool has_attr =
        attr && attr->index() ==
                    static_cast<std::size_t>(node.op == Op::constant ? AttrKind::tensor : AttrKind::text);
    node_rule(id, has_attr && node.results.size() == 1 && node.inputs.empty(), "this leaf is not complete");
    if (node.op != Op::constant) return;
    node_rule(id, Type::of(std::get<Tensor>(*attr)) == node.results[0], "its type is not its value's");
  }

  void verify_row(std::uint32_t id, const Node& node, const OpDef& def) const {
    std::vector<Type> types;
    try {
      check_arity(def, node.inputs.size(), node.bodies.size());
      node_rule(id, complete_attrs(def, node.attrs, node.inputs.size()) == node.attrs,
                "attributes with a fallback are left out");
      types = infer_types(graph_, node);
    } catch (const Error& error) {
      rule(false, "node ", id, ", ", error.what());
    }
    const bool agree = std::equal(types.begin(), types.end(), node.results.begin(), node.results.end(),
                                  [&](const Type& rule, const Type& held) {
                                    return compatible(rule, held) &&
                                           (stage_ == Stage::source || !rule.concrete() || rule == held);
                                  });
    node_rule(id, agree, "its types are ", node.results, " but its type rule gives ", types);
  }

  void verify_stage(std::uint32_t id, const Node& node, const OpDef& def) const {
    node_rule(id, stage_ == Stage::lowered || !def.lowered_only, "it stands only in lowered programs");
    if (stage_ == Stage::source) return;
    node_rule(id, !def.source_only, "it stands only in source programs");
    node_rule(id, def.shape_input < 0 || static_cast<int>(node.inputs.size()) <= def.shape_input, "input ",
              def.shape_input, " says a shape; it must be the attribute 'shape' by now");
    node_rule(id, !has_operands(def, node.inputs.size()), "its operands must be attributes by now");
    node_rule(id, !def.dynamic, "its shape depends on data; it stands only in source programs");
    if (!def.elementwise) return;
    for (const Ref input : node.inputs)
      node_rule(id, graph_.type(input).dims == node.results[0].dims, "an input of ", graph_.type(input),
                " is not of the result's shape: broadcasts are explicit by now");
  }

  const Graph& graph_;
  Stage stage_;
  bool is_body_;
};
}  // namespace

void verify_source(const Graph& graph) { Verifier(graph, Stage::source, false).run(); }
void verify_typed(const Graph& graph) { Verifier(graph, Stage::typed, false).run(); }
void verify_lowered(const Graph& graph) { Verifier(graph, Stage::lowered, false).run(); }

}  // namespace tenon
