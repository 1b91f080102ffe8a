// The text form, written. docs/program.md shows it; what print writes, parse reads back to the same program.
// Inputs are named, and stand first; other values are numbered as their nodes are, and a node's further
// results are %3.1, %3.2, …
#include <algorithm>

#include "ir/lexer.h"
#include "ir/literal.h"
#include "tenon/op.h"

namespace tenon {

namespace {
constexpr std::int64_t kShownElements = 64;

std::string spell_name(std::string_view name) {
  return is_identifier(name) ? std::string(name) : quoted(name);
}

std::string spell_type(const Type& type) {
  std::string out = cat(type.dtype, '[');
  if (!type.ranked) return out + "…]";
  for (std::size_t i = 0; i < type.dims.size(); ++i) {
    if (i) out += ", ";
    const std::string dim = to_string(type.dims[i]);
    out += type.dims[i].is_symbol() ? spell_name(dim) : dim;
  }
  return out + ']';
}

template <class List, class Spell>
std::string joined(const List& list, Spell&& spell) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : ", ") + spell(item);
  return out;
}

class Printer {
 public:
  std::string print(const Graph& graph) {
    print_graph(graph, 0);
    for (std::size_t i = 0; i < blobs_.size(); ++i)
      out_ += cat("blob b", i, " = \"", spell_bytes(blobs_[i]), "\"\n");
    return std::move(out_);
  }

 private:
  // How the values of one graph are called.
  struct Names {
    std::vector<std::string> of_node;
    explicit Names(const Graph& graph) : of_node(graph.nodes().size()) {
      std::size_t number = graph.inputs().size();
      for (std::size_t id = 0; id < of_node.size(); ++id) {
        const Node& node = graph.nodes()[id];
        of_node[id] = node.op == Op::input ? '%' + spell_name(name_of(node)) : cat('%', number++);
      }
    }
    std::string operator()(Ref ref) const {
      return ref.result == 0 ? of_node[ref.node] : cat(of_node[ref.node], '.', ref.result);
    }
  };

  void print_graph(const Graph& graph, std::size_t indent) {
    const Names names(graph);
    out_ += cat("graph ", spell_name(graph.name()), '(');
    out_ += joined(graph.inputs(), [&](std::uint32_t id) {
      const Node& node = graph.nodes()[id];
      return cat(spell_name(name_of(node)), ": ", spell_type(node.results[0]), spell_label(node));
    });
    out_ += ") {\n";
    const std::string margin(indent + 2, ' ');
    for (std::uint32_t id = 0; id < graph.nodes().size(); ++id) {
      if (graph.nodes()[id].op == Op::input) continue;
      out_ += margin;
      print_node(graph, id, names, indent + 2);
    }
    if (!graph.outputs().empty())
      out_ += cat(margin, "return ",
                  joined(graph.outputs(),
                         [&](const NamedRef& output) {
                           return cat(spell_name(output.name), " = ", names(output.ref));
                         }),
                  '\n');
    for (const NamedRef& update : graph.updates())
      out_ += cat(margin, "update ", quoted(update.name), " = ", names(update.ref), '\n');
    out_ += std::string(indent, ' ') + "}\n";
  }

  void print_node(const Graph& graph, std::uint32_t id, const Names& names, std::size_t indent) {
    const Node& node = graph.nodes()[id];
    for (std::uint32_t i = 0; i < node.results.size(); ++i) out_ += (i ? ", " : "") + names({id, i});
    const OpDef& def = definition(node.op);
    out_ += cat(" = ", is_identifier(def.name) ? def.name : quoted(def.name));
    if (node.op == Op::constant)
      out_ += ' ' + spell_tensor(node.attrs.tensor("value"));
    else if (node.op == Op::state)
      out_ += cat(' ', quoted(name_of(node)), " : ", spell_type(node.results[0]));
    else
      print_call(node, def, names, indent);
    out_ += spell_label(node) + '\n';
  }

  void print_call(const Node& node, const OpDef& def, const Names& names, std::size_t indent) {
    out_ += cat('(', joined(node.inputs, names), ')');
    print_attrs(node.attrs, def);
    if (!node.bodies.empty()) out_ += " {\n";
    for (const auto& body : node.bodies) {
      out_ += std::string(indent + 2, ' ');
      print_graph(*body, indent + 2);
    }
    if (!node.bodies.empty()) out_ += std::string(indent, ' ') + '}';
    out_ += " : " + joined(node.results, spell_type);
  }

  void print_attrs(const Attrs& attrs, const OpDef& def) {
    std::string shown;
    for (const auto& [name, value] : attrs)
      if (!is_fallback(def, name, value))
        shown += cat(shown.empty() ? "" : ", ", spell_name(name), " = ", spell_value(value));
    if (!shown.empty()) out_ += cat(" {", shown, '}');
  }

  static bool is_fallback(const OpDef& def, const std::string& name, const AttrValue& value) {
    return std::any_of(def.attrs.begin(), def.attrs.end(), [&](const AttrSpec& spec) {
      return spec.name == name && spec.fallback && same(*spec.fallback, value);
    });
  }

  std::string spell_value(const AttrValue& value) {
    return std::visit(
        [&]<class T>(const T& held) -> std::string {
          if constexpr (std::is_same_v<T, std::string>)
            return quoted(held);
          else if constexpr (std::is_same_v<T, double>)
            return spell_number(held);
          else if constexpr (std::is_same_v<T, std::vector<double>>)
            return cat('[', joined(held, spell_number), ']');
          else if constexpr (std::is_same_v<T, Tensor>)
            return spell_tensor(held);
          else
            return cat(held);
        },
        value);
  }

  std::string spell_tensor(const Tensor& tensor) {
    std::string out = spell_type(Type::of(tensor));
    if (tensor.size() > kShownElements) {
      blobs_.push_back(tensor);
      return cat(out, " b", blobs_.size() - 1);
    }
    out += " {";
    for (std::int64_t i = 0; i < tensor.size(); ++i) out += (i ? ", " : "") + spell_element(tensor, i);
    return out + '}';
  }

  static std::string spell_label(const Node& node) {
    return node.label.empty() ? std::string() : " @ " + quoted(node.label);
  }

  std::string out_;
  std::vector<Tensor> blobs_;
};
}  // namespace

std::string print(const Graph& graph) { return Printer().print(graph); }

}  // namespace tenon
