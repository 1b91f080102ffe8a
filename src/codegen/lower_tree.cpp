#include "codegen/lower_tree.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <set>

#include "codegen/lower_cost.h"

namespace tenon::codegen {

bool is_within(const LoopNode* node, const LoopNode* ancestor) {
  for (; node; node = node->parent)
    if (node == ancestor) return true;
  return false;
}

LoopNode* nest_of(LoopNode* node) {
  while (node->parent->parent) node = node->parent;
  return node;
}

const LoopNode* reading_place(const Placement& placement) {
  const LoopNode* node = placement.home;
  for (const Bound& bound : placement.loops)
    if (is_within(bound.node, node)) node = bound.node;
  return node;
}

namespace {
struct Step {
  std::size_t loop;
  LoopNode* node;
};
using Path = std::vector<Step>;

// How much dearer vector lanes may get by sharing loops.
constexpr double kTolerance = 1.6;

class Fuser {
 public:
  Fuser(const Stages& stages, Tree& tree, Positions& positions, int lanes)
      : stages_(stages), tree_(tree), positions_(positions), lanes_(lanes) {}

  void insert(StageId id) {
    id_ = id;
    stage_ = &stages_.list[id];
    own().loops.assign(stage_->loops.size(), {});
    Path path = common_loops();
    while (!acceptable(path)) path.pop_back();
    if (path.size() < stage_->loops.size() && !stage_->scan) path = with_twin(std::move(path));
    for (const Step& step : path) bind(step);
    place();
  }

 private:
  const Placement& placement(StageId id) const { return tree_.placements[id]; }
  Placement& own() { return tree_.placements[id_]; }
  void bind(const Step& step) {
    own().loops[step.loop].node = step.node;
    step.node->reduced |= stage_->loops[step.loop].reduced;
  }

  // The last of the node's items that must be done before the stage.
  std::optional<std::size_t> last_dependency(const LoopNode* node) const {
    for (std::size_t i = node->items.size(); i-- > 0;)
      for (const Dependency& dependency : tree_.depends[id_])
        if (contains(node->items[i], dependency.on)) return i;
    return std::nullopt;
  }
  bool contains(const Item& item, StageId id) const {
    return item.kind == ItemKind::loop ? is_within(placement(id).home, item.loop.get())
                                       : item.kind == ItemKind::finish && item.stage == id;
  }

  // The loops that the stage can share with what it depends on: all that passes between them stays within
  // an iteration. Those that a fold goes round come after all the others.
  Path common_loops() const {
    Path path;
    const LoopNode* node = tree_.root.get();
    while (const auto last = last_dependency(node)) {
      LoopNode* child = node->items[*last].loop.get();
      const bool reduced = path.size() >= stage_->kept_loops();
      if (!child || (reduced && (path.empty() || stage_->scan))) break;
      const auto loop = matching_loop(child, path, reduced);
      if (!loop) break;
      path.push_back({*loop, child});
      node = child;
    }
    return path;
  }

  static bool has(const Path& path, std::size_t loop) {
    return std::any_of(path.begin(), path.end(), [&](const Step& step) { return step.loop == loop; });
  }

  std::optional<std::size_t> matching_loop(const LoopNode* node, const Path& taken, bool reduced) const {
    for (std::size_t i = 0; i < stage_->loops.size(); ++i)
      if (stage_->loops[i].reduced == reduced && stage_->loops[i].extent == node->extent && !has(taken, i) &&
          matches(i, node))
        return i;
    return std::nullopt;
  }
  // Whether all that the stage needs of what is done inside the node is of its own iteration.
  bool matches(std::size_t loop, const LoopNode* node) const {
    return std::all_of(tree_.depends[id_].begin(), tree_.depends[id_].end(), [&](const Dependency& d) {
      return !is_within(placement(d.on).home, node) || in_step(loop, d, node);
    });
  }
  bool in_step(std::size_t loop, const Dependency& dependency, const LoopNode* node) const {
    if (dependency.overwrites && dependency.at.empty()) return false;
    const Stage& other = stages_.list[dependency.on];
    for (std::size_t i = 0; i < other.loops.size(); ++i) {
      if (placement(dependency.on).loops[i].node != node) continue;
      const LoopAxis& mine = stage_->loops[loop];
      return dependency.overwrites ? variable_at(mine, dependency.at, positions_) == other.loops[i].variable
                                   : variable_at(other.loops[i], dependency.at, positions_) == mine.variable;
    }
    return false;
  }

  bool acceptable(const Path& path) const {
    if (path.empty()) return true;
    if (path.size() > stage_->kept_loops() && path.size() < stage_->loops.size()) return false;
    if (breaks_tile(path)) return false;
    const auto best = best_vector(*stage_, positions_, lanes_, [](std::size_t) { return true; });
    if (is_tile(best.loop) && !keeps_tile(path, *best.loop)) return false;
    if (stage_->spread && !stage_->fold && path.size() == stage_->loops.size()) return true;
    return cost_in(path) <= kTolerance * best.cost;
  }

  bool is_tile(std::optional<std::size_t> vector) const {
    return stage_->fold && vector && !stage_->loops[*vector].reduced;
  }

  double cost_in(const Path& path) const {
    for (const Step& step : path)
      if (step.node->vector) return vector_cost(*stage_, step.loop, positions_, lanes_);
    return best_vector(*stage_, positions_, lanes_, [&](std::size_t i) { return !has(path, i); }).cost;
  }

  // A tile is all of its loops: nothing stands between them, and what joins them goes round those that the
  // tile's fold goes round, and no others.
  bool breaks_tile(const Path& path) const {
    const LoopNode* node = path.back().node;
    return std::any_of(tree_.placements.begin(), tree_.placements.end(), [&](const Placement& other) {
      if (!other.tile || !is_within(other.home, nest_of(path[0].node))) return false;
      if (!is_within(node, other.home)) return is_within(node, other.tile_top);
      return std::any_of(path.begin(), path.end(), [&](const Step& step) { return mixes(step, other); });
    });
  }
  bool mixes(const Step& step, const Placement& tile) const {
    const Stage& fold = stages_.list[static_cast<StageId>(&tile - tree_.placements.data())];
    for (std::size_t i = 0; i < fold.loops.size(); ++i)
      if (tile.loops[i].node == step.node && fold.loops[i].reduced != stage_->loops[step.loop].reduced)
        return true;
    return false;
  }

  // A fold in lanes of its own either joins loops with all its elements or keeps those that make its tile.
  bool keeps_tile(const Path& path, std::size_t vector) const {
    if (path.size() >= stage_->kept_loops()) return true;
    return std::none_of(path.begin(), path.end(), [&](const Step& step) {
      const auto tile = tile_loops(vector);
      return std::find(tile.begin(), tile.end(), step.loop) != tile.end();
    });
  }

  // The vector loop, the kept loop around it, and what merges with that.
  std::vector<std::size_t> tile_loops(std::size_t vector) const {
    std::vector<std::size_t> tile{vector};
    for (std::size_t i = stage_->loops.size(); i-- > 0;) {
      if (i == vector || stage_->loops[i].reduced) continue;
      if (tile.size() > 1 && !can_merge(*stage_, i, tile.back(), positions_)) break;
      tile.push_back(i);
    }
    return tile;
  }

  // The path and the rest of the loops with those of another stage that has the same ones and reads the same
  // elements: then they are read once.
  Path with_twin(Path path) const {
    const LoopNode* node = !path.empty()               ? path.back().node
                           : stage_->kept_loops() == 0 ? known_unit_nest()
                                                       : tree_.root.get();
    if (!node) return path;
    const auto last = last_dependency(node);
    for (StageId other = 0; other < tree_.placements.size(); ++other) {
      const LoopNode* child = child_around(placement(other).home, node);
      if (!child || !shares_reads(other)) continue;
      if (last && place_of(child) <= *last) continue;
      const auto longer = shared_path(path, other, child);
      if (longer && acceptable(*longer)) return *longer;
    }
    return path;
  }

  // The loop right inside `node` that `inner` stands in, if it does.
  static const LoopNode* child_around(const LoopNode* inner, const LoopNode* node) {
    while (inner && inner->parent != node) inner = inner->parent;
    return inner;
  }
  static std::size_t place_of(const LoopNode* child) {
    const auto& items = child->parent->items;
    const auto at =
        std::find_if(items.begin(), items.end(), [&](const Item& i) { return i.loop.get() == child; });
    return static_cast<std::size_t>(at - items.begin());
  }
  bool shares_reads(StageId other) const {
    const auto& theirs = stages_.list[other].reads;
    return std::any_of(stage_->reads.begin(), stage_->reads.end(), [&](const Access& mine) {
      return std::any_of(theirs.begin(), theirs.end(),
                         [&](const Access& a) { return a.value == mine.value; });
    });
  }

  std::optional<Path> shared_path(const Path& path, StageId other, const LoopNode* top) const {
    const Stage& twin = stages_.list[other];
    std::optional<Path> shared;
    for (const Access& mine : stage_->reads) {
      std::optional<Path> found;
      for (const Access& theirs : twin.reads)
        if (!found && mine.value == theirs.value) found = extend(path, other, top, mine.flat, theirs.flat);
      if (!found && placement(other).tile) return std::nullopt;
      if (!shared) shared = found;
    }
    return shared;
  }

  // Pairs each loop of the other stage inside `top` with one of ours that moves through the same elements.
  std::optional<Path> extend(Path path, StageId other, const LoopNode* top, const Linear& mine,
                             const Linear& theirs) const {
    const Stage& twin = stages_.list[other];
    if (mine.constant != theirs.constant) return std::nullopt;
    std::vector<Step> inside;
    for (std::size_t i = 0; i < twin.loops.size(); ++i)
      if (is_within(placement(other).loops[i].node, top))
        inside.push_back({i, placement(other).loops[i].node});
    std::sort(inside.begin(), inside.end(),
              [](const Step& a, const Step& b) { return a.node != b.node && is_within(b.node, a.node); });
    for (const Step& step : inside) {
      const LoopAxis& axis = twin.loops[step.loop];
      const auto fits = [&](std::size_t i) {
        const LoopAxis& own_axis = stage_->loops[i];
        // Nor may a loop that could be shared between threads get into a nest that cannot.
        const bool kept_in_fold =
            axis.reduced && !own_axis.reduced && (stage_->fold || nest_of(step.node)->extent == 1);
        return !has(path, i) && !kept_in_fold && own_axis.extent == axis.extent &&
               moves_alike(mine, own_axis.variable, theirs, axis.variable);
      };
      std::size_t i = 0;
      while (i < stage_->loops.size() && !fits(i)) ++i;
      if (i == stage_->loops.size()) return std::nullopt;
      path.push_back({i, step.node});
    }
    if (path.size() != stage_->loops.size() || !folds_innermost(path)) return std::nullopt;
    return path;
  }
  bool folds_innermost(const Path& path) const {
    return std::is_partitioned(path.begin(), path.end(),
                               [&](const Step& step) { return !stage_->loops[step.loop].reduced; });
  }
  bool moves_alike(const Linear& a, const Linear& x, const Linear& b, const Linear& y) const {
    const Atom first = x.terms[0].atom;
    const Atom second = y.terms[0].atom;
    return a.factor(first) == b.factor(second) && !positions_.hides(a, first) && !positions_.hides(b, second);
  }

  // Into the tree: what has no place yet among its loops gets loops of its own.
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

  // A nest of one iteration, for what has no loops.
  LoopNode* known_unit_nest() const {
    const auto last = last_dependency(tree_.root.get());
    for (std::size_t i = last.value_or(0); i < tree_.root->items.size(); ++i)
      if (LoopNode* node = tree_.root->items[i].loop.get(); node->extent == 1) return node;
    return nullptr;
  }
  LoopNode* unit_nest() {
    LoopNode* known = known_unit_nest();
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
      return vector == i ? 1 : kept.empty() || kept.contains(i) ? 0 : 2;
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
    return order;
  }

  // The loops that a sum over the stage's elements keeps, where the vector loop is one of them and small, and
  // there are enough to go through at the same time.
  std::set<std::size_t> kept_by_a_sum(std::size_t vector) const {
    constexpr double kParts = 8;
    if (stage_->fold || stage_->loops[vector].extent > 2 * lanes_) return {};
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
      if (!is_vector(i) || !is_tile(i)) continue;
      own().tile = true;
      own().tile_top = home;
      for (const std::size_t loop : tile_loops(i))
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
