#include <algorithm>

#include "codegen/lower_cost.h"
#include "codegen/lower_schedule.h"

namespace tenon::codegen {

namespace {
class Merger {
 public:
  Merger(Tree& tree, const Stages& stages, const Positions& positions)
      : tree_(tree), stages_(stages), positions_(positions) {}

  void merge(LoopNode& node) {
    for (Item& item : node.items)
      if (item.loop) merge(*item.loop);
    while (node.parent && node.items.size() == 1 && node.items[0].loop && fits(node, *node.items[0].loop))
      absorb(node);
  }

 private:
  bool fits(const LoopNode& node, const LoopNode& child) const {
    if (node.vector && !child.vector) return false;
    for (StageId id = 0; id < stages_.list.size(); ++id) {
      const auto inner = innermost(id, child);
      if (!inner) continue;
      const auto outer = innermost(id, node);
      if (!outer || !agree(stages_.list[id], *outer, *inner, child.extent)) return false;
    }
    return true;
  }

  // The loop of a stage that is the fastest part of a node's.
  std::optional<std::size_t> innermost(StageId id, const LoopNode& node) const {
    const auto& loops = tree_.placements[id].loops;
    for (std::size_t i = 0; i < loops.size(); ++i)
      if (loops[i].node == &node && loops[i].inner == 1) return i;
    return std::nullopt;
  }

  bool agree(const Stage& stage, std::size_t outer, std::size_t inner, std::int64_t inner_extent) const {
    return stage.loops[outer].reduced == stage.loops[inner].reduced &&
           moves_as_one(stage, outer, inner, inner_extent, positions_);
  }

  void absorb(LoopNode& node) {
    const std::unique_ptr<LoopNode> child = std::move(node.items[0].loop);
    for (Placement& placement : tree_.placements) {
      for (Bound& bound : placement.loops) {
        if (bound.node == &node) bound.inner *= child->extent;
        if (bound.node == child.get()) bound.node = &node;
      }
      if (placement.home == child.get()) placement.home = &node;
      if (placement.tile_top == child.get()) placement.tile_top = &node;
    }
    node.extent *= child->extent;
    node.vector = child->vector;
    node.reduced = node.reduced || child->reduced;
    node.items = std::move(child->items);
    for (Item& item : node.items)
      if (item.loop) item.loop->parent = &node;
  }

  Tree& tree_;
  const Stages& stages_;
  const Positions& positions_;
};
}  // namespace

void merge_loops(Tree& tree, const Stages& stages, const Positions& positions) {
  Merger(tree, stages, positions).merge(*tree.root);
}

}  // namespace tenon::codegen
