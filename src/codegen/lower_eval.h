// Says what one element of a value is: the ops of a group as expressions of a kernel, each asked of its
// inputs at the positions that its own position leads to. So movement is arithmetic on positions and costs
// nothing of its own.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "codegen/loop_builder.h"
#include "codegen/lower_index.h"
#include "codegen/lower_ops.h"
#include "tenon/graph.h"

namespace tenon::codegen {

// What a fold collects in one turn.
struct Contribution {
  Scalar value;
  Scalar when = kNone;  // a bool: whether there is anything to collect
  Linear place;         // for folds that keep the position
};

class Evaluator {
 public:
  // The element where it is kept in memory or in a register; none: to be computed here.
  using Read = std::function<std::optional<Scalar>(Ref ref, const Position& at, Scalar when)>;

  Evaluator(const Graph& graph, KernelBuilder& builder, Positions& positions, Read read)
      : graph_(graph), builder_(builder), positions_(positions), read_(std::move(read)) {}

  // Where `when` is false the value does not matter, and nothing is read.
  Scalar value(Ref ref, const Position& at, Scalar when = kNone);
  // The same by the node's own op, whether or not it is kept.
  Scalar compute(Ref ref, const Position& at, Scalar when = kNone);
  Contribution term(const Node& node, const Fold& fold, const Position& kept, const Position& reduced);
  // A result of a node, given what its fold has collected.
  Scalar finished(const Node& node, const Fold& fold, Acc accumulator, std::uint32_t result);

  Index index(const Linear& position);
  // Called with every position that becomes a value.
  std::function<void(const Linear&)> on_position = [](const Linear&) {};

 private:
  Scalar element(const Node& node, const Position& at, Scalar when);
  Scalar constant(const Node& node);
  Scalar moved(const Node& node, const Position& at, Scalar when);
  Scalar reshaped(const Node& node, const Position& at, Scalar when);
  Scalar transposed(const Node& node, const Position& at, Scalar when);
  Position sliced(const Node& node, const Position& at);
  Position reversed(const Node& node, const Position& at);
  Scalar padded(const Node& node, const Position& at, Scalar when);
  Linear shown(const std::string& mode, const Linear& place, std::int64_t size);
  Scalar joined(const Node& node, const Position& at, Scalar when);
  Scalar gathered(const Node& node, const Position& at, Scalar when);
  Scalar one_hot(const Node& node, const Position& at, Scalar when);
  Scalar number(DType dtype, double value);
  Scalar position_value(const Linear& position);
  Scalar inside(const Linear& position, std::int64_t bound);
  Scalar both(Scalar a, Scalar b);
  Scalar product(const Node& node, const Fold& fold, const Position& kept, const Linear& depth);
  Scalar convolved(const Node& node, const Fold& fold, const Position& kept, const Position& tap);
  Contribution pooled(const Node& node, const Fold& fold, const Position& kept, const Position& tap);
  Contribution unpooled(const Node& node, const Fold& fold, const Position& kept, const Position& tap);
  Shape shape(Ref ref) const { return graph_.type(ref).shape(); }
  Linear flat(const Position& at, const Shape& shape);
  Position unflat(const Linear& position, const Shape& shape);
  Position clipped(const Position& at, const Shape& shape);  // aligned at the right, stretched axes at 0
  Index index_of(Atom atom);

  const Graph& graph_;
  KernelBuilder& builder_;
  Positions& positions_;
  Read read_;
  std::map<std::tuple<Ref, Position, Scalar>, Scalar> known_;
};

Linear flat_position(Positions& positions, const Position& at, const Shape& shape);

}  // namespace tenon::codegen
