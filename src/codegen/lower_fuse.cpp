#include <algorithm>
#include <numeric>
#include <set>

#include "codegen/lower_cost.h"
#include "codegen/lower_share.h"

namespace tenon::codegen {

namespace {
class Fuser {
 public:
  Fuser(const Stages& stages, Tree& tree, Positions& positions, int lanes)
      : stages_(stages), tree_(tree), positions_(positions), lanes_(lanes) {}

  void insert(StageId id) {
    id_ = id;
    stage_ = &stages_.list[id];
    own().loops.assign(stage_->loops.size(), {});
    for (const Step& step : shared_loops(stages_, tree_, id, positions_, lanes_)) bind(step);
    place();
  }

 private:
  Placement& own() { return tree_.placements[id_]; }
  void bind(const Step& step) {
    own().loops[step.loop].node = step.node;
    step.node->reduced |= stage_->loops[step.loop].reduced;
  }

  // What has no place yet among its loops gets loops of its own.
  void place() {
    LoopNode* home = kept_home();
    const bool in_lanes = has_vector(home);
    const auto free = [&](std::size_t i) { return !own().loops[i].node; };
    std::optional<std::size_t> vector;
    if (!in_lanes) vector = best_vector(*stage_, positions_, lanes_, free).loop;
    home = add_loops(home, false, vector);
    own().home = home;
    mark_tile(home);
    if (!stage_->fold) return append(home, ItemKind::finish);
    if (LoopNode* top = outermost_reduced(home))
      insert_before(home, top, ItemKind::reset);
    else
      append(home, ItemKind::reset);
    LoopNode* const turn = add_loops(innermost_reduced(home), true, vector);
    append(turn, ItemKind::accumulate);
    if (stage_->scan) own().home = turn;
    append(own().home, ItemKind::finish);
  }

  LoopNode* kept_home() {
    LoopNode* home = tree_.root.get();
    for (std::size_t i = 0; i < stage_->loops.size(); ++i) {
      LoopNode* node = own().loops[i].node;
      if (node && !stage_->loops[i].reduced && is_within(node, home)) home = node;
    }
    return home == tree_.root.get() && stage_->kept_loops() == 0 ? unit_nest() : home;
  }

  LoopNode* unit_nest() {
    LoopNode* known = known_unit_nest(tree_, id_);
    return known ? known : add_loop(tree_.root.get(), 1, false);
  }

  static bool has_vector(const LoopNode* node) {
    for (; node; node = node->parent)
      if (node->vector) return true;
    return false;
  }

  static LoopNode* add_loop(LoopNode* parent, std::int64_t extent, bool vector) {
    auto loop = std::make_unique<LoopNode>();
    loop->parent = parent;
    loop->extent = extent;
    loop->vector = vector;
    LoopNode* result = loop.get();
    parent->items.push_back({ItemKind::loop, kNoStage, std::move(loop)});
    return result;
  }

  LoopNode* add_loops(LoopNode* node, bool reduced, std::optional<std::size_t> vector) {
    for (const std::size_t i : order_of_loops(vector)) {
      if (stage_->loops[i].reduced != reduced || own().loops[i].node) continue;
      node = add_loop(node, stage_->loops[i].extent, vector == i);
      bind({i, node});
    }
    return node;
  }

  // As the elements lie, the vector loop innermost; but where somebody sums what its lanes hold, outside the
  // loops that the sum goes round, so that it can be taken on the way.
  std::vector<std::size_t> order_of_loops(std::optional<std::size_t> vector) const {
    std::vector<std::size_t> order(stage_->loops.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto kept = vector ? kept_by_a_sum(*vector) : std::set<std::size_t>{};
    const auto rank = [&](std::size_t i) {
      if (stage_->loops[i].blocks) return -1;
      return vector == i ? 1 : kept.empty() || kept.contains(i) ? 0 : 2;
    };
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return std::pair(rank(a), a) < std::pair(rank(b), b); });
    return order;
  }

  // The loops that a sum over the stage's elements keeps, where the vector loop is one of them and small, and
  // there are enough to go through at the same time.
  std::set<std::size_t> kept_by_a_sum(std::size_t vector) const {
    constexpr double kParts = 8;
    if (stage_->fold || stage_->loops[vector].extent > 2 * std::int64_t{lanes_}) return {};
    for (const Stage& reader : stages_.list) {
      if (!reader.fold) continue;
      for (const Access& access : reader.reads) {
        if (access.value != stage_->ref) continue;
        const auto kept = kept_loops(reader, access);
        double parts = 1;
        for (const std::size_t i : kept)
          if (i != vector) parts *= static_cast<double>(stage_->loops[i].extent);
        if (kept.contains(vector) && parts >= kParts) return kept;
      }
    }
    return {};
  }
  std::set<std::size_t> kept_loops(const Stage& reader, const Access& access) const {
    std::set<std::size_t> kept;
    for (std::size_t i = 0; i < stage_->loops.size(); ++i) {
      const Linear mine = variable_at(stage_->loops[i], access.at, positions_);
      for (const LoopAxis& loop : reader.loops)
        if (!loop.reduced && loop.variable == mine) kept.insert(i);
    }
    return kept;
  }

  void mark_tile(LoopNode* home) {
    const auto is_vector = [&](std::size_t i) { return own().loops[i].node && own().loops[i].node->vector; };
    for (std::size_t i = 0; i < stage_->loops.size(); ++i) {
      if (!is_vector(i) || !is_tile(*stage_, i)) continue;
      own().tile = true;
      own().tile_top = home;
      for (const std::size_t loop : tile_loops(*stage_, i, positions_))
        if (is_within(own().tile_top, own().loops[loop].node)) own().tile_top = own().loops[loop].node;
    }
  }

  LoopNode* outermost_reduced(const LoopNode* home) {
    for (const Bound& bound : own().loops)
      if (bound.node && bound.node->parent == home) return bound.node;
    return nullptr;
  }
  LoopNode* innermost_reduced(LoopNode* home) {
    LoopNode* node = home;
    for (const Bound& bound : own().loops)
      if (bound.node && is_within(bound.node, node)) node = bound.node;
    return node;
  }

  void append(LoopNode* node, ItemKind kind) { node->items.push_back({kind, id_}); }
  void insert_before(LoopNode* node, const LoopNode* child, ItemKind kind) {
    const auto at = std::find_if(node->items.begin(), node->items.end(),
                                 [&](const Item& item) { return item.loop.get() == child; });
    node->items.insert(at, {kind, id_});
  }

  const Stages& stages_;
  Tree& tree_;
  Positions& positions_;
  int lanes_;
  StageId id_ = kNoStage;
  const Stage* stage_ = nullptr;
};
}  // namespace

Tree fuse(const Stages& stages, const std::vector<StageId>& order,
          std::vector<std::vector<Dependency>> depends, Positions& positions, int lanes) {
  Tree tree{std::make_unique<LoopNode>(), std::vector<Placement>(stages.list.size()), std::move(depends)};
  Fuser fuser(stages, tree, positions, lanes);
  for (const StageId id : order) fuser.insert(id);
  return tree;
}

}  // namespace tenon::codegen
