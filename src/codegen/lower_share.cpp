#include "codegen/lower_share.h"

#include <algorithm>

#include "codegen/lower_cost.h"

namespace tenon::codegen {

namespace {
bool contains(const Tree& tree, const Item& item, StageId id) {
  return item.kind == ItemKind::loop ? is_within(tree.placements[id].home, item.loop.get())
                                     : item.kind == ItemKind::finish && item.stage == id;
}
}  // namespace

std::optional<std::size_t> last_dependency(const Tree& tree, StageId id, const LoopNode* node) {
  for (std::size_t i = node->items.size(); i-- > 0;)
    for (const Dependency& dependency : tree.depends[id])
      if (contains(tree, node->items[i], dependency.on)) return i;
  return std::nullopt;
}

LoopNode* known_unit_nest(const Tree& tree, StageId id) {
  const auto last = last_dependency(tree, id, tree.root.get());
  for (std::size_t i = last.value_or(0); i < tree.root->items.size(); ++i)
    if (LoopNode* node = tree.root->items[i].loop.get(); node->extent == 1) return node;
  return nullptr;
}

namespace {
// How much dearer vector lanes may get by sharing loops.
constexpr double kTolerance = 1.6;

class Sharing {
 public:
  Sharing(const Stages& stages, const Tree& tree, StageId id, Positions& positions, int lanes)
      : stages_(stages),
        tree_(tree),
        positions_(positions),
        lanes_(lanes),
        id_(id),
        stage_(stages.list[id]) {}

  Path run() const {
    Path path = common_loops();
    while (!acceptable(path)) path.pop_back();
    return path.size() < stage_.loops.size() && !stage_.scan ? with_twin(std::move(path)) : path;
  }

 private:
  const Placement& placement(StageId id) const { return tree_.placements[id]; }

  // The loops that the stage can share with what it depends on: all that passes between them stays within
  // an iteration. Those that a fold goes round come after all the others.
  Path common_loops() const {
    Path path;
    const LoopNode* node = tree_.root.get();
    while (const auto last = last_dependency(tree_, id_, node)) {
      LoopNode* child = node->items[*last].loop.get();
      const bool reduced = path.size() >= stage_.kept_loops();
      if (!child || (reduced && (path.empty() || stage_.scan))) break;
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
    for (std::size_t i = 0; i < stage_.loops.size(); ++i)
      if (stage_.loops[i].reduced == reduced && stage_.loops[i].extent == node->extent && !has(taken, i) &&
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
      const LoopAxis& mine = stage_.loops[loop];
      return dependency.overwrites ? variable_at(mine, dependency.at, positions_) == other.loops[i].variable
                                   : variable_at(other.loops[i], dependency.at, positions_) == mine.variable;
    }
    return false;
  }

  bool acceptable(const Path& path) const {
    if (path.empty()) return true;
    if (path.size() > stage_.kept_loops() && path.size() < stage_.loops.size()) return false;
    if (breaks_tile(path)) return false;
    const auto best = best_vector(stage_, positions_, lanes_, [](std::size_t) { return true; });
    if (is_tile(stage_, best.loop) && !keeps_tile(path, *best.loop)) return false;
    if (stage_.spread && !stage_.fold && path.size() == stage_.loops.size()) return true;
    return cost_in(path) <= kTolerance * best.cost;
  }

  double cost_in(const Path& path) const {
    for (const Step& step : path)
      if (step.node->vector) return vector_cost(stage_, step.loop, positions_, lanes_);
    return best_vector(stage_, positions_, lanes_, [&](std::size_t i) { return !has(path, i); }).cost;
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
      if (tile.loops[i].node == step.node && fold.loops[i].reduced != stage_.loops[step.loop].reduced)
        return true;
    return false;
  }

  // A fold in lanes of its own either joins loops with all its elements or keeps those that make its tile.
  bool keeps_tile(const Path& path, std::size_t vector) const {
    if (path.size() >= stage_.kept_loops()) return true;
    return std::none_of(path.begin(), path.end(), [&](const Step& step) {
      const auto tile = tile_loops(stage_, vector, positions_);
      return std::find(tile.begin(), tile.end(), step.loop) != tile.end();
    });
  }

  // The path and the rest of the loops with those of another stage that has the same ones and reads the same
  // elements: then they are read once.
  Path with_twin(Path path) const {
    const LoopNode* node = !path.empty()              ? path.back().node
                           : stage_.kept_loops() == 0 ? known_unit_nest(tree_, id_)
                                                      : tree_.root.get();
    if (!node) return path;
    const auto last = last_dependency(tree_, id_, node);
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
    return std::any_of(stage_.reads.begin(), stage_.reads.end(), [&](const Access& mine) {
      return std::any_of(theirs.begin(), theirs.end(),
                         [&](const Access& a) { return a.value == mine.value; });
    });
  }

  std::optional<Path> shared_path(const Path& path, StageId other, const LoopNode* top) const {
    const Stage& twin = stages_.list[other];
    std::optional<Path> shared;
    for (const Access& mine : stage_.reads) {
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
        const LoopAxis& own_axis = stage_.loops[i];
        // Nor may a loop that could be shared between threads get into a nest that cannot.
        const bool kept_in_fold =
            axis.reduced && !own_axis.reduced && (stage_.fold || nest_of(step.node)->extent == 1);
        return !has(path, i) && !kept_in_fold && own_axis.extent == axis.extent &&
               moves_alike(mine, own_axis.variable, theirs, axis.variable);
      };
      std::size_t i = 0;
      while (i < stage_.loops.size() && !fits(i)) ++i;
      if (i == stage_.loops.size()) return std::nullopt;
      path.push_back({i, step.node});
    }
    if (path.size() != stage_.loops.size() || !folds_innermost(path)) return std::nullopt;
    return path;
  }
  bool folds_innermost(const Path& path) const {
    return std::is_partitioned(path.begin(), path.end(),
                               [&](const Step& step) { return !stage_.loops[step.loop].reduced; });
  }
  bool moves_alike(const Linear& a, const Linear& x, const Linear& b, const Linear& y) const {
    const Atom first = x.terms[0].atom;
    const Atom second = y.terms[0].atom;
    return a.factor(first) == b.factor(second) && !positions_.hides(a, first) && !positions_.hides(b, second);
  }

  const Stages& stages_;
  const Tree& tree_;
  Positions& positions_;
  int lanes_;
  StageId id_;
  const Stage& stage_;
};
}  // namespace

Path shared_loops(const Stages& stages, const Tree& tree, StageId id, Positions& positions, int lanes) {
  return Sharing(stages, tree, id, positions, lanes).run();
}

}  // namespace tenon::codegen
