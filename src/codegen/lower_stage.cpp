#include "codegen/lower_stage.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "codegen/element_op.h"

namespace tenon::codegen {

std::size_t Stage::kept_loops() const {
  return static_cast<std::size_t>(
      std::count_if(loops.begin(), loops.end(), [](const LoopAxis& loop) { return !loop.reduced; }));
}

double Stage::iterations() const {
  double product = static_cast<double>(element_count(kept));
  if (fold) product *= static_cast<double>(element_count(fold->reduced));
  return product;
}

Linear variable_at(const LoopAxis& loop, const Position& at, Positions& positions) {
  return positions.remainder(positions.quotient(at[loop.dim], loop.inner), loop.extent);
}

namespace {
// Where a value is needed: in the loops of a stage, and `times` over. Ways by which elements move apart make
// two uses of one: they cannot share what is computed.
struct Use {
  StageId stage;
  std::size_t way;
  double times;
};

class Chooser {
 public:
  Chooser(const Graph& body, const std::set<std::uint32_t>& kept)
      : body_(body),
        uses_(body.nodes().size()),
        cost_(body.nodes().size()),
        wanted_(body.nodes().size()),
        readers_(body.nodes().size()) {
    for (const NamedRef& output : body.outputs()) wanted_[output.ref.node] = true;
    for (const std::uint32_t id : kept) wanted_[id] = true;
    for (const Node& node : body.nodes())
      for (const Ref input : node.inputs) ++readers_[input.node];
  }

  Stages run() {
    for (std::uint32_t id = 0; id < body_.nodes().size(); ++id) cost_[id] = cost_inline(id);
    Stages stages{{}, std::vector<StageId>(body_.nodes().size(), kNoStage)};
    for (std::uint32_t id = static_cast<std::uint32_t>(body_.nodes().size()); id-- > 0;) visit(id, stages);
    return stages;
  }

 private:
  double size(std::uint32_t id) const { return static_cast<double>(body_.nodes()[id].results[0].size()); }
  bool is_leaf(const Node& node) const { return node.op == Op::input || node.op == Op::constant; }
  bool is_fixed(std::uint32_t id) const {
    return wanted_[id] || fold_of(body_, body_.nodes()[id]).has_value();
  }

  // What an element costs where nothing of it is kept.
  double cost_inline(std::uint32_t id) const {
    const Node& node = body_.nodes()[id];
    if (is_leaf(node)) return 0;
    double cost = cost_of(node.op);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const std::uint32_t input = node.inputs[i].node;
      if (!is_fixed(input)) cost += cost_[input] * times_of_input(node, i);
    }
    return cost;
  }

  // How often an input is evaluated for one element of the node. What an innermost axis stretches, or does
  // not reach, is evaluated outside the loop over that axis.
  double times_of_input(const Node& node, std::size_t input) const {
    const Shape& to = node.results[0].shape();
    if (node.op == Op::one_hot) return 1 / static_cast<double>(std::max<std::int64_t>(to.back(), 1));
    if (is_movement(node.op) && node.op != Op::broadcast_to) return 1;
    const Shape from = body_.type(node.inputs[input]).shape();
    double stretch = 1;
    for (std::size_t i = 0; i < to.size(); ++i) {
      const std::int64_t extent = to[to.size() - 1 - i];
      if (i < from.size() && from[from.size() - 1 - i] == extent) break;
      stretch *= static_cast<double>(extent);
    }
    return 1 / std::max(stretch, 1.0);
  }

  void visit(std::uint32_t id, Stages& stages) {
    const Node& node = body_.nodes()[id];
    if (node.op == Op::constant && !wanted_[id]) return;
    if (node.op == Op::input || (uses_[id].empty() && !wanted_[id])) return;
    if (!is_fixed(id) && !pays(id)) {
      for (const Use& use : uses_[id]) pass_on(id, use);
      return;
    }
    Stage stage;
    stage.ref = {id, 0};
    stage.fold = fold_of(body_, node);
    stage.kept = node.results[0].shape();
    if (node.op == Op::cumsum) stage.scan = axis_of(node, stage.kept.size());
    stage.spread = std::any_of(uses_[id].begin(), uses_[id].end(),
                               [&](const Use& use) { return use.times > 1.5 * size(id); });
    stages.of_node[id] = static_cast<StageId>(stages.list.size());
    pass_on(id, {stages.of_node[id], 0, stage.iterations()});
    stages.list.push_back(std::move(stage));
  }

  bool pays(std::uint32_t id) const {
    const Node& node = body_.nodes()[id];
    if (is_movement(node.op) || cost_of(node.op) == 0) return false;
    double times = 0;
    for (const Use& use : uses_[id]) times += use.times;
    if (times > 1.2 * size(id) && ends_fold(id)) return true;
    const double kept = size(id) * (cost_[id] + 1) + times;
    return times * cost_[id] > 1.2 * kept;
  }

  // Whether the value can be stored where a fold's would be, which nobody else needs.
  bool ends_fold(std::uint32_t id) const {
    const Node& node = body_.nodes()[id];
    if (!is_element_op(node.op)) return false;
    return std::any_of(node.inputs.begin(), node.inputs.end(), [&](Ref input) {
      if (size(input.node) != size(id) || readers_[input.node] != 1 || wanted_[input.node]) return false;
      return is_fixed(input.node) || ends_fold(input.node);
    });
  }

  void pass_on(std::uint32_t id, const Use& use) {
    const Node& node = body_.nodes()[id];
    const bool folds = fold_of(body_, node).has_value();
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      const bool moves = is_movement(node.op) || (node.inputs.size() > 1 && folds);
      const std::size_t way = moves ? way_through(use.way, id, i) : use.way;
      add(node.inputs[i].node, {use.stage, way, use.times * (folds ? 1 : times_of_input(node, i))});
    }
  }

  std::size_t way_through(std::size_t way, std::uint32_t id, std::size_t input) {
    return ways_.try_emplace({way, id, input}, ways_.size() + 1).first->second;
  }

  void add(std::uint32_t id, const Use& use) {
    for (Use& known : uses_[id])
      if (known.stage == use.stage && known.way == use.way) {
        known.times = std::max(known.times, use.times);
        return;
      }
    uses_[id].push_back(use);
  }

  const Graph& body_;
  std::vector<std::vector<Use>> uses_;
  std::vector<double> cost_;
  std::vector<bool> wanted_;  // an output, or to be kept
  std::vector<int> readers_;
  std::map<std::tuple<std::size_t, std::uint32_t, std::size_t>, std::size_t> ways_;  // 0: straight
};
}  // namespace

Stages choose_stages(const Graph& body, const std::set<std::uint32_t>& kept) {
  return Chooser(body, kept).run();
}

}  // namespace tenon::codegen
