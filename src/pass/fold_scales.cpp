#include "pass/fold_scales.h"

#include <array>
#include <map>

#include "pass/preparation.h"
#include "pass/rewrite.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
// An addition, a subtraction or a multiplication by one number a channel.
struct Affine {
  Op op;
  Ref number;  // before it was broadcast
};

using ScalesNode = std::function<bool(const Graph&, const Node&)>;

struct Chain {
  std::uint32_t root;  // the contraction
  std::vector<Affine> steps;
};

class ScaleFolder {
 public:
  ScaleFolder(const Graph& graph, const ScalesNode& scales)
      : graph_(graph), fixed_(fixed_nodes(graph)), readers_(find_readers()) {
    for (std::uint32_t id = 0; id < graph.nodes().size(); ++id)
      if (is_root(node(id)) && scales(graph, node(id))) follow(id);
  }

  Graph run() {
    std::uint32_t id = 0;
    return Rewrite::apply(
        graph_,
        [&](Rewrite& rewrite, const Node&, std::span<const Value>) -> std::optional<std::vector<Value>> {
          const auto chain = chains_.find(id++);
          if (chain == chains_.end()) return std::nullopt;
          return {{folded(rewrite, chain->second)}};
        });
  }

 private:
  const Node& node(std::uint32_t id) const { return graph_.nodes()[id]; }

  // The one node that reads each; none where there are more, or where it leaves the program.
  std::vector<std::optional<std::uint32_t>> find_readers() const {
    const std::vector<int> uses = count_uses(graph_);
    std::vector<std::optional<std::uint32_t>> readers(graph_.nodes().size());
    for (std::uint32_t id = 0; id < graph_.nodes().size(); ++id)
      for (const Ref input : node(id).inputs)
        if (uses[input.node] == 1) readers[input.node] = id;
    return readers;
  }

  bool is_root(const Node& root) const {
    const bool contracts =
        root.op == Op::conv || (root.op == Op::matmul && graph_.type(root.inputs[1]).rank() == 2);
    // Scaled weights of few bits are others.
    return contracts && size_of(graph_.type(root.inputs[1]).dtype) >= 4 && fixed_[root.inputs[1].node];
  }

  static std::size_t channel_axis(const Node& root) {
    return root.op == Op::conv ? 1 : static_cast<std::size_t>(root.results[0].rank()) - 1;
  }

  bool is_along_channels(const Type& number, const Node& root) const {
    const std::size_t lead = root.results[0].dims.size() - number.dims.size();
    for (std::size_t axis = 0; axis < number.dims.size(); ++axis)
      if (!number.dims[axis].is(1) && lead + axis != channel_axis(root)) return false;
    return true;
  }

  std::optional<Affine> match(const Node& reader, std::uint32_t chain, const Node& root) const {
    if (reader.op != Op::add && reader.op != Op::sub && reader.op != Op::mul) return std::nullopt;
    const bool is_left = reader.inputs[0].node == chain;
    if (!is_left && reader.op == Op::sub) return std::nullopt;
    const Ref other = reader.inputs[is_left ? 1 : 0];
    const Node& wide = graph_.node(other);
    if (!fixed_[other.node] || wide.op != Op::broadcast_to) return std::nullopt;
    if (!is_along_channels(graph_.type(wide.inputs[0]), root)) return std::nullopt;
    return Affine{reader.op, wide.inputs[0]};
  }

  void follow(std::uint32_t root) {
    Chain chain{root, {}};
    std::uint32_t last = root;
    bool scales = false;
    while (const auto reader = readers_[last]) {
      const auto step = match(node(*reader), last, node(root));
      if (!step) break;
      chain.steps.push_back(*step);
      scales = scales || step->op == Op::mul;
      last = *reader;
    }
    if (scales) chains_.emplace(last, std::move(chain));
  }

  // The scale as it multiplies the weights: along the axis that becomes the channels.
  static Value scaled(Value weights, Value scale, const Node& root) {
    Shape shape(static_cast<std::size_t>(weights.rank()), 1);
    const bool first = root.op == Op::conv || root.attrs.flag("transpose_b");
    shape[first ? 0 : 1] = scale.type().size();
    return weights * reshape(scale, shape);
  }

  // It stays the layer that it was, though it is written at the end of its chain.
  static Value copied(Rewrite& rewrite, const Node& root, std::span<const Value> operands) {
    const std::string label = rewrite.to().label();
    rewrite.to().set_label(root.label);
    const Value result = rewrite.copy(root, operands)[0];
    rewrite.to().set_label(label);
    return result;
  }

  static Value folded(Rewrite& rewrite, const Node& root, const std::vector<Affine>& steps) {
    Value scale, shift;
    for (const Affine& step : steps) {
      const Value number = reshape(rewrite[step.number], {rewrite[step.number].type().size()});
      if (step.op == Op::mul) {
        scale = scale.defined() ? scale * number : number;
        if (shift.defined()) shift = shift * number;
      } else {
        const Value term = step.op == Op::sub ? -number : number;
        shift = shift.defined() ? shift + term : term;
      }
    }
    const Value weights = scaled(rewrite[root.inputs[1]], scale, root);
    const Value result = copied(rewrite, root, std::array{rewrite[root.inputs[0]], weights});
    if (!shift.defined()) return result;
    Shape shape(static_cast<std::size_t>(result.rank()), 1);
    shape[channel_axis(root)] = shift.type().size();
    return result + reshape(shift, shape);
  }

  Value folded(Rewrite& rewrite, const Chain& chain) const {
    return folded(rewrite, node(chain.root), chain.steps);
  }

  const Graph& graph_;
  std::vector<bool> fixed_;
  std::vector<std::optional<std::uint32_t>> readers_;
  std::map<std::uint32_t, Chain> chains_;  // by the node that they end with
};
}  // namespace

Graph fold_scales(const Graph& typed, const ScalesNode& scales) { return ScaleFolder(typed, scales).run(); }

}  // namespace tenon
