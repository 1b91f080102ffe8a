// The text form, read. It trusts nothing: every node is checked against the row of its op, and the types that
// are written against those that the row's type rule gives (where none are written, they are the rule's).
#include <algorithm>
#include <unordered_map>

#include "ir/check.h"
#include "ir/parse_literal.h"
#include "ir/types.h"

namespace tenon {

namespace {
constexpr int kMaxDepth = 32;  // of bodies within bodies

// The graph in hand, and what its values are called.
struct Scope {
  Graph graph;
  int depth;
  std::unordered_map<std::string, Ref> values = {};

  void define(const Token& token, const std::string& value, Ref ref) {
    if (!values.emplace(value, ref).second)
      fail_at(token, cat("there is a value ", token.spelling, " already"));
  }
};

// The written types may know more than the rule, but not otherwise.
void settle_types(const Token& token, Node& node, std::vector<Type> written) {
  if (!std::equal(written.begin(), written.end(), node.results.begin(), node.results.end(), compatible))
    fail_at(token, cat(definition(node.op).name, " gives ", node.results, " but ", written, " is written"));
  node.results = std::move(written);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(text), blobs_(find_blobs(tokens_)) {}

  Graph parse_graph(int depth = 0) {
    if (depth > kMaxDepth) fail_at(tokens_.peek(), cat("bodies are nested more than ", kMaxDepth, " deep"));
    tokens_.expect("graph");
    Scope scope{Graph(tokens_.name("the name of the graph")), depth};
    tokens_.expect("(");
    tokens_.list_until(")", [&] { parse_input(scope); });
    tokens_.expect("{");
    while (!tokens_.accept("}")) parse_line(scope);
    return std::move(scope.graph);
  }

 private:
  void parse_input(Scope& scope) {
    const Token& token = tokens_.peek();
    std::string name = tokens_.name("the name of an input or ')'");
    tokens_.expect(":");
    const std::string value = value_name(name);
    Node node{Op::input, {}, {{"name", std::move(name)}}, {}, {parse_type(tokens_)}, parse_label()};
    scope.define(token, value, {scope.graph.append(std::move(node))});
  }

  void parse_line(Scope& scope) {
    if (tokens_.peek().kind == TokenKind::value) return parse_node(scope);
    if (tokens_.peek().is("update")) return parse_update(scope);
    if (!tokens_.accept("return")) tokens_.expected("a value, 'return', 'update' or '}'");
    do parse_output(scope);
    while (tokens_.accept(","));
  }

  void parse_output(Scope& scope) {
    std::string name;
    if (tokens_.peek().kind != TokenKind::value) {
      name = tokens_.name("the name of an output, or a value");
      tokens_.expect("=");
    }
    scope.graph.output(std::move(name), scope.graph.value(parse_ref(scope)));
  }

  void parse_update(Scope& scope) {
    const Token& token = tokens_.take();
    std::string state = tokens_.expect(TokenKind::text, "the name of a state in quotes").content;
    tokens_.expect("=");
    const Value value = scope.graph.value(parse_ref(scope));
    located(token, [&] { scope.graph.update(std::move(state), value); });
  }

  void parse_node(Scope& scope) {
    std::vector<const Token*> names;
    do names.push_back(&tokens_.expect(TokenKind::value, "a value"));
    while (tokens_.accept(","));
    tokens_.expect("=");
    const Token& token = tokens_.peek();
    Node node = parse_right_side(scope);
    node.label = parse_label();
    if (node.results.size() != names.size())
      fail_at(*names[0],
              cat(definition(node.op).name, " has ", node.results.size(), " results, not ", names.size()));
    const std::uint32_t id = located(token, [&] { return scope.graph.append(std::move(node)); });
    for (std::uint32_t i = 0; i < names.size(); ++i) scope.define(*names[i], names[i]->content, {id, i});
  }

  Node parse_right_side(const Scope& scope) {
    const Token& token = tokens_.peek();
    const std::string name = tokens_.name("the name of an op");
    const auto op = find_op(name);
    if (!op || *op == Op::input) fail_at(token, cat("there is no op '", name, "' to call here"));
    Node node{*op, {}, {}, {}, {}, {}};
    if (*op == Op::constant)
      parse_constant(node);
    else if (*op == Op::state)
      parse_state(scope, node);
    else
      parse_call(scope, token, node);
    return node;
  }

  void parse_constant(Node& node) {
    Tensor value = parse_tensor(tokens_, blobs_);
    node.results = {Type::of(value)};
    node.attrs.set("value", std::move(value));
  }

  void parse_state(const Scope& scope, Node& node) {
    const Token& token = tokens_.expect(TokenKind::text, "the name of the state in quotes");
    if (scope.graph.find_state(token.content))
      fail_at(token, cat("there is a state named '", token.content, "' already"));
    node.attrs.set("name", token.content);
    tokens_.expect(":");
    node.results = {parse_type(tokens_)};
  }

  void parse_call(const Scope& scope, const Token& token, Node& node) {
    const OpDef& def = definition(node.op);
    tokens_.expect("(");
    tokens_.list_until(")", [&] { node.inputs.push_back(parse_ref(scope)); });
    if (tokens_.peek().is("{") && !starts_bodies()) parse_attrs(def, node.attrs);
    if (tokens_.accept("{"))
      while (!tokens_.accept("}"))
        node.bodies.push_back(std::make_shared<const Graph>(parse_graph(scope.depth + 1)));
    std::vector<Type> written;
    if (tokens_.accept(":")) {
      do written.push_back(parse_type(tokens_));
      while (tokens_.accept(","));
    }
    located(token, [&] {
      check_arity(def, node.inputs.size(), node.bodies.size());
      node.attrs = complete_attrs(def, node.attrs, node.inputs.size());
      node.results = infer_types(scope.graph, node);
    });
    if (!written.empty()) settle_types(token, node, std::move(written));
  }

  bool starts_bodies() const { return tokens_.peek(1).is("graph") && !tokens_.peek(2).is("="); }

  void parse_attrs(const OpDef& def, Attrs& attrs) {
    tokens_.expect("{");
    tokens_.list_until("}", [&] {
      const Token& token = tokens_.peek();
      std::string name = tokens_.name("the name of an attribute");
      const auto spec = std::find_if(def.attrs.begin(), def.attrs.end(),
                                     [&](const AttrSpec& candidate) { return candidate.name == name; });
      if (spec == def.attrs.end()) fail_at(token, cat(def.name, " has no attribute '", name, "'"));
      if (attrs.find(name)) fail_at(token, cat("attribute '", name, "' is given twice"));
      tokens_.expect("=");
      attrs.set(std::move(name), parse_attr(tokens_, blobs_, spec->kind));
    });
  }

  std::string parse_label() {
    return tokens_.accept("@") ? tokens_.expect(TokenKind::text, "a label in quotes").content : std::string();
  }

  Ref parse_ref(const Scope& scope) {
    const Token& token = tokens_.expect(TokenKind::value, "a value");
    const auto found = scope.values.find(token.content);
    if (found == scope.values.end())
      fail_at(token, cat("there is no value ", token.spelling, " before here"));
    return found->second;
  }

  TokenStream tokens_;
  Blobs blobs_;
};
}  // namespace

Graph parse(std::string_view text) { return Parser(text).parse_graph(); }

}  // namespace tenon
