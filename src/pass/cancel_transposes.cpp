#include "pass/cancel_transposes.h"

#include <algorithm>
#include <map>

#include "pass/dead.h"
#include "pass/permutations.h"
#include "pass/rewrite.h"
#include "pass/turning.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
// A broadcast's operand in the axes of what it is stretched to.
Shape aligned(const Shape& shape, std::size_t rank) {
  Shape all(rank - shape.size(), 1);
  all.insert(all.end(), shape.begin(), shape.end());
  return all;
}

// Which nodes let transpositions pass, and how their results are transposed then.
class Passing {
 public:
  explicit Passing(const Graph& graph)
      : graph_(graph), readers_(graph.nodes().size()), escapes_(graph.nodes().size()) {
    for (std::uint32_t id = 0; id < readers_.size(); ++id)
      for (const Ref input : node(id).inputs) readers_[input.node].push_back(id);
    for (const NamedRef& output : graph.outputs()) escapes_[output.ref.node] = true;
    for (const NamedRef& update : graph.updates()) escapes_[update.ref.node] = true;
    for (std::uint32_t id = 0; id < readers_.size(); ++id)
      if (node(id).op == Op::transpose) transposes_[id] = permutation_of(node(id));
    const std::size_t before = bytes_moved();
    for (std::uint32_t id = 0; id < readers_.size(); ++id) find(id);
    withdraw();
    if (bytes_moved() >= before) turned_.clear();
  }

  bool empty() const { return turned_.empty(); }
  const Turned* find_turned(std::uint32_t id) const {
    const auto found = turned_.find(id);
    return found == turned_.end() ? nullptr : &found->second;
  }
  // How a value is transposed from what it is computed as; null where it is not.
  const Ints* permutation(std::uint32_t id) const {
    if (const Turned* turned = find_turned(id))
      return is_identity(turned->result) ? nullptr : &turned->result;
    const auto found = transposes_.find(id);
    return found == transposes_.end() ? nullptr : &found->second;
  }

 private:
  const Node& node(std::uint32_t id) const { return graph_.nodes()[id]; }
  bool passes(std::uint32_t id) const { return turned_.contains(id); }

  void find(std::uint32_t id) {
    if (node(id).op == Op::transpose) return;
    const Ints* perm = nullptr;
    for (const Ref input : node(id).inputs)
      if (!perm) perm = permutation(input.node);
    if (!perm || node(id).results[0].size() == 0) return;
    const bool agree = std::ranges::all_of(node(id).inputs, [&](Ref input) {
      const Ints* own = permutation(input.node);
      return own ? *own == *perm : node(id).op != Op::concat && can_turn(input, *perm);
    });
    if (!agree) return;
    if (auto result = turned(graph_, node(id), *perm)) turned_.emplace(id, *std::move(result));
  }

  // Whether a value is a broadcast of something that needs no transposition to be stretched otherwise.
  bool can_turn(Ref value, const Ints& perm) const {
    const Node& wide = graph_.node(value);
    if (wide.op != Op::broadcast_to) return false;
    const Type& source = graph_.type(wide.inputs[0]);
    return moves_nothing(Type::of(source.dtype, aligned(source.shape(), perm.size())), inverse_of(perm));
  }

  std::size_t bytes_of(std::uint32_t id) const { return node(id).results[0].bytes(); }

  // What it takes to have a value as the program says.
  std::size_t bytes_to_restore(std::uint32_t id) const {
    const auto needs_it = [&](std::uint32_t reader) {
      if (passes(reader)) return false;
      return node(reader).op != Op::transpose ||
             std::ranges::any_of(readers_[reader], [&](std::uint32_t next) { return passes(next); });
    };
    if (!escapes_[id] && std::ranges::none_of(readers_[id], needs_it)) return 0;
    const Ints from_source = inverse_of(turned_.at(id).result);
    return moves_nothing(node(id).results[0], from_source) ? 0 : bytes_of(id);
  }

  std::size_t bytes_to_transpose(std::uint32_t id) const {
    if (!escapes_[id] &&
        std::ranges::all_of(readers_[id], [&](std::uint32_t reader) { return passes(reader); }))
      return 0;
    const Ref input = node(id).inputs[0];
    Ints perm = transposes_.at(id);
    Shape source = graph_.type(input).shape();
    if (const Turned* before = find_turned(input.node)) {
      source = transposed_shape(source, inverse_of(before->result));
      perm = combined(before->result, perm);
    }
    return moves_nothing(Type::of(DType::u8, source), perm) ? 0 : bytes_of(id);
  }

  std::size_t bytes_moved() const {
    std::size_t bytes = 0;
    for (const auto& [id, perm] : transposes_) bytes += bytes_to_transpose(id);
    for (const auto& [id, turned] : turned_) bytes += bytes_to_restore(id);
    return bytes;
  }

  // From the end, those that save nothing by letting a transposition pass.
  void withdraw() {
    std::size_t bytes = bytes_moved();
    for (std::uint32_t id = static_cast<std::uint32_t>(readers_.size()); id-- > 0;) {
      if (!passes(id) ||
          std::ranges::any_of(readers_[id], [&](std::uint32_t reader) { return passes(reader); }))
        continue;
      auto kept = turned_.extract(id);
      const std::size_t without = bytes_moved();
      if (without > bytes) turned_.insert(std::move(kept));
      bytes = std::min(bytes, without);
    }
  }

  const Graph& graph_;
  std::vector<std::vector<std::uint32_t>> readers_;
  std::vector<bool> escapes_;  // is an output or an update
  std::map<std::uint32_t, Turned> turned_;
  std::map<std::uint32_t, Ints> transposes_;
};

class Writer {
 public:
  explicit Writer(const Passing& passing) : passing_(passing) {}

  std::optional<std::vector<Value>> visit(Rewrite& rewrite, std::uint32_t id, const Node& node) {
    if (node.op == Op::transpose) return {{transposition(rewrite, id, node)}};
    const Turned* turned = passing_.find_turned(id);
    if (!turned) return std::nullopt;
    std::vector<Value> operands;
    for (const Ref input : node.inputs) operands.push_back(source_of(rewrite, input, perm_of_inputs(node)));
    const Value source = rewrite.to().emit(node.op, operands, turned->attrs)[0];
    sources_[id] = source;
    return {{transposed(source, turned->result)}};
  }

 private:
  Value transposition(Rewrite& rewrite, std::uint32_t id, const Node& node) {
    const Ref input = node.inputs[0];
    sources_[id] = rewrite[input];
    const Ints perm = permutation_of(node);
    const Turned* before = passing_.find_turned(input.node);
    if (!before) return transposed(rewrite[input], perm);
    return transposed(sources_.at(input.node), combined(before->result, perm));
  }

  const Ints& perm_of_inputs(const Node& node) const {
    for (const Ref input : node.inputs)
      if (const Ints* perm = passing_.permutation(input.node)) return *perm;
    throw std::logic_error("a node lets a transposition pass that it does not read");
  }

  Value source_of(Rewrite& rewrite, Ref input, const Ints& perm) const {
    if (passing_.permutation(input.node)) return sources_.at(input.node);
    const Node& wide = rewrite.from().node(input);
    const Value narrow = rewrite[wide.inputs[0]];
    const Ints back = inverse_of(perm);
    const Shape shape = transposed_shape(wide.results[0].shape(), back);
    const Shape held = transposed_shape(aligned(narrow.type().shape(), perm.size()), back);
    return broadcast_to(narrow.type().size() == 1 ? narrow : reshape(narrow, held), shape);
  }

  const Passing& passing_;
  std::map<std::uint32_t, Value> sources_;  // what the values are transposed from
};
}  // namespace

Graph cancel_transposes(const Graph& typed) {
  const Graph live = remove_dead(typed);
  const Passing passing(live);
  if (passing.empty()) return live.clone();
  Writer writer(passing);
  std::uint32_t id = 0;
  return remove_dead(Rewrite::apply(live, [&](Rewrite& rewrite, const Node& node, std::span<const Value>) {
    return writer.visit(rewrite, id++, node);
  }));
}

}  // namespace tenon
