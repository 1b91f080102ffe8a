// How passes are written: a graph is copied node by node into a new one, and a rule may put something else in
// a node's place. Leaves, outputs, updates and labels are kept.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tenon/op.h"

namespace tenon {

class Rewrite {
 public:
  // Given the node and its inputs in the new graph: its results there, or nothing to have it copied.
  using Rule =
      std::function<std::optional<std::vector<Value>>(Rewrite&, const Node&, std::span<const Value>)>;

  static Graph apply(const Graph& from, const Rule& rule);

  Graph& to() { return to_; }
  const Graph& from() const { return from_; }
  // What stands for an old result; undefined where a rule dropped it.
  Value operator[](Ref old) const {
    const std::vector<Value>& results = map_[old.node];
    return old.result < results.size() ? results[old.result] : Value();
  }
  // Copies a node as it stands onto new inputs; types are inferred anew.
  std::vector<Value> copy(const Node& node, std::span<const Value> inputs);

 private:
  explicit Rewrite(const Graph& from) : from_(from), to_(from.name()) {}
  const Graph& from_;
  Graph to_;
  std::vector<std::vector<Value>> map_;
};

// The node that made a value, and what it reads.
const Node& node_of(Value value);
Value input_of(Value value, std::size_t i);
// The constant of one element that a value repeats, seen through broadcasts and reshapes; undefined where it
// is none.
Value repeated_constant(Value value);

// How many times each node's results are read, by nodes, outputs and updates.
std::vector<int> count_uses(const Graph& graph);

}  // namespace tenon
