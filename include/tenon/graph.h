// The tensor program: a graph of immutable nodes. Everything else writes one, rewrites one or runs one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "tenon/op_list.h"
#include "tenon/tensor.h"

namespace tenon {

class Graph;

// A dimension is a constant, a symbol ("N", the same wherever it has the same name) or unknown.
class Dim {
 public:
  Dim(std::int64_t constant);                         // NOLINT: a number is a dimension
  Dim(int constant) : Dim(std::int64_t{constant}) {}  // so that a literal 0 is no null pointer
  Dim(std::string_view symbol);
  Dim(const char* symbol) : Dim(std::string_view(symbol)) {}
  static Dim unknown() { return Dim(kUnknown, 0); }

  bool is_constant() const { return code_ >= 0; }
  bool is_symbol() const { return code_ < kUnknown; }
  bool is_unknown() const { return code_ == kUnknown; }
  std::int64_t constant() const;  // throws where it is none
  bool is(std::int64_t constant) const { return code_ == constant; }
  friend bool operator==(Dim, Dim) = default;  // unknown equals unknown here: a comparison of descriptions

 private:
  static constexpr std::int64_t kUnknown = -1;
  Dim(std::int64_t code, int) : code_(code) {}
  friend std::string to_string(Dim dim);
  std::int64_t
      code_;  // a constant, kUnknown, or a symbol's number in the process's list, counted down from -2
};

std::string to_string(Dim dim);

struct Type {
  DType dtype = DType::f32;
  std::vector<Dim> dims;
  bool ranked = true;  // where false, `dims` is empty and says nothing

  static Type unranked(DType dtype) { return {dtype, {}, false}; }
  static Type of(DType dtype, std::span<const std::int64_t> shape) {
    return {dtype, {shape.begin(), shape.end()}};
  }
  static Type of(const Tensor& tensor) { return of(tensor.dtype(), tensor.shape()); }

  std::int64_t rank() const { return static_cast<std::int64_t>(dims.size()); }
  bool concrete() const;
  Shape shape() const;  // of a concrete type
  std::int64_t size() const { return element_count(shape()); }
  std::size_t bytes() const { return static_cast<std::size_t>(size()) * size_of(dtype); }
  friend bool operator==(const Type&, const Type&) = default;
};

std::string to_string(const Type& type);  // f32[N, 784], f32[…] where unranked

using Ints = std::vector<std::int64_t>;
using AttrValue =
    std::variant<std::int64_t, double, bool, std::string, DType, Ints, std::vector<double>, Tensor>;
bool same(const AttrValue& a, const AttrValue& b);

// Attributes, sorted by name.
class Attrs {
 public:
  Attrs() = default;
  Attrs(std::initializer_list<std::pair<std::string, AttrValue>> items);

  const AttrValue* find(std::string_view name) const;
  void set(std::string name, AttrValue value);
  std::int64_t integer(std::string_view name) const { return get<std::int64_t>(name); }
  double number(std::string_view name) const { return get<double>(name); }
  bool flag(std::string_view name) const { return get<bool>(name); }
  const std::string& text(std::string_view name) const { return get<std::string>(name); }
  DType dtype(std::string_view name) const { return get<DType>(name); }
  const Ints& ints(std::string_view name) const { return get<Ints>(name); }
  const std::vector<double>& numbers(std::string_view name) const { return get<std::vector<double>>(name); }
  const Tensor& tensor(std::string_view name) const { return get<Tensor>(name); }

  bool empty() const { return items_.empty(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  friend bool operator==(const Attrs& a, const Attrs& b);

 private:
  template <class T>
  const T& get(std::string_view name) const {
    const AttrValue* value = find(name);
    const T* held = value ? std::get_if<T>(value) : nullptr;
    if (!held) missing(name);
    return *held;
  }
  [[noreturn]] static void missing(std::string_view name);
  std::vector<std::pair<std::string, AttrValue>> items_;
};

// A result of a node, by position in its graph.
struct Ref {
  static constexpr std::uint32_t kNone = ~0u;
  std::uint32_t node = kNone;
  std::uint32_t result = 0;
  friend auto operator<=>(const Ref&, const Ref&) = default;
};

// A result that knows its graph: what people and gradient rules write programs with.
class Value {
 public:
  Value() = default;
  Value(Graph& graph, Ref ref) : graph_(&graph), ref_(ref) {}

  bool defined() const { return graph_ != nullptr; }
  Graph& graph() const { return *graph_; }
  Ref ref() const { return ref_; }
  const Type& type() const;
  DType dtype() const { return type().dtype; }
  std::int64_t rank() const;  // throws where it is not known
  friend bool operator==(const Value&, const Value&) = default;

 private:
  Graph* graph_ = nullptr;
  Ref ref_;
};

struct Node {
  Op op;
  std::vector<Ref> inputs;
  Attrs attrs;
  std::vector<std::shared_ptr<const Graph>> bodies;
  std::vector<Type> results;
  std::string label;  // for people: where in the model it was written ("layers.0")
};

struct NamedRef {
  std::string name;
  Ref ref;
};

// The input of a program that is the key of its random numbers (tenon/ops/random.h), u64[2]. Callers of an
// engine need not give it: it draws other numbers in each run then.
inline constexpr std::string_view kRandomKeyInput = "random_key";

// Nodes are only ever appended, and read only what stands before them: their order is a topological order.
class Graph {
 public:
  explicit Graph(std::string name = "main") : name_(std::move(name)) {}
  Graph(Graph&&) = default;
  Graph& operator=(Graph&&) = default;
  Graph(const Graph&) = delete;  // values point at their graph: copy on purpose, with `clone`
  Graph clone() const;

  // Writing.
  Value input(std::string name, Type type);
  Value state(std::string name, Type type);  // a slot that outlives a run: a parameter, an optimiser's moment
  Value constant(Tensor value);
  // Checks attributes and inputs against the op's row and applies its type rule.
  std::vector<Value> emit(Op op, std::span<const Value> inputs, const Attrs& attrs = {},
                          std::vector<std::shared_ptr<const Graph>> bodies = {});
  Value emit1(Op op, std::initializer_list<Value> inputs, const Attrs& attrs = {});
  // Takes the node as it stands, types included: for passes, whose result a verifier reads.
  std::uint32_t append(Node node);
  void output(std::string name, Value value);
  void update(std::string state, Value value);  // what the slot holds after the run
  void set_label(std::string label) { label_ = std::move(label); }
  const std::string& label() const { return label_; }

  // Reading.
  const std::string& name() const { return name_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  const Node& node(Ref ref) const { return nodes_[ref.node]; }
  const Type& type(Ref ref) const { return nodes_[ref.node].results[ref.result]; }
  Value value(Ref ref) { return {*this, ref}; }
  const std::vector<std::uint32_t>& inputs() const { return inputs_; }  // the nodes, in order
  const std::vector<std::uint32_t>& states() const { return states_; }
  const std::vector<NamedRef>& outputs() const { return outputs_; }
  const std::vector<NamedRef>& updates() const { return updates_; }
  std::optional<Ref> find_input(std::string_view name) const;
  std::optional<Ref> find_state(std::string_view name) const;

 private:
  std::string name_;
  std::string label_;
  std::vector<Node> nodes_;
  std::vector<std::uint32_t> inputs_;
  std::vector<std::uint32_t> states_;
  std::vector<NamedRef> outputs_;
  std::vector<NamedRef> updates_;
};

// The name of an input or a state node.
const std::string& name_of(const Node& leaf);
// How errors call a node: its op, and its label where it has one.
std::string describe(const Node& node);

// The text form; `parse(print(g))` is the same program.
std::string print(const Graph& graph);
Graph parse(std::string_view text);

}  // namespace tenon
