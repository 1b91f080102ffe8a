#include "codegen/lower_schedule.h"

#include <algorithm>
#include <cmath>

#include "codegen/lower_cost.h"

namespace tenon::codegen {

namespace {
constexpr std::int64_t kAccumulators = 24;  // registers of the 32 that a tile may hold its sums in
constexpr std::int64_t kIndependent = 8;    // sums it takes to keep the arithmetic units busy
constexpr double kLatency = 4;              // cycles from one sum to the next in the same register
constexpr double kTurn = 1;                 // cycles for going round a loop

std::int64_t divide_up(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// A tile of registers: rows times registers of columns, each a sum.
struct Tile {
  std::int64_t rows = 1;
  std::int64_t registers = 1;
};

// What a fold's loop does for a tile, once round.
struct TileShape {
  std::int64_t rows;       // altogether
  std::int64_t registers;  // altogether
  double arithmetic;       // instructions a sum
  double row_loads;        // for each row
  double column_loads;     // for each register of columns
  std::int64_t folds;      // that go round together
  std::int64_t most_rows;  // of a tile
};

double cycles(const TileShape& shape, std::int64_t rows, std::int64_t registers) {
  const double sums = static_cast<double>(rows * registers * shape.folds);
  const double loads =
      static_cast<double>(rows) * shape.row_loads + static_cast<double>(registers) * shape.column_loads;
  return std::max({sums * shape.arithmetic / 2, loads / 2, kLatency}) + kTurn;
}

// Of all tiles, those at the borders included.
double total_cycles(const TileShape& shape, Tile tile) {
  double total = 0;
  for (std::int64_t row = 0; row < shape.rows; row += tile.rows)
    for (std::int64_t r = 0; r < shape.registers; r += tile.registers)
      total +=
          cycles(shape, std::min(tile.rows, shape.rows - row), std::min(tile.registers, shape.registers - r));
  return total;
}

Tile best_tile(TileShape shape) {
  constexpr std::int64_t kMostRegisters = 8;
  constexpr std::int64_t kSquare = 4;
  // A few hundred rows say as much as a million.
  constexpr std::int64_t kEnough = 240;
  if (shape.rows > kEnough) shape.rows = kEnough;
  if (shape.registers > kEnough) shape.registers = kEnough;
  Tile best;
  double least = total_cycles(shape, best);
  for (std::int64_t registers = 1; registers <= std::min(kMostRegisters, shape.registers); ++registers)
    for (std::int64_t rows = 1; rows <= std::min(shape.most_rows, shape.rows); ++rows) {
      if (rows * registers * shape.folds > kAccumulators) break;
      const double total = total_cycles(shape, {rows, registers});
      // Among equals the squarer one, as rows and columns are streams for the caches: 12 rows of 2 registers
      // and 3 of 8 are a fifth slower than 6 of 4.
      if (total < least || (total == least && registers > best.registers && registers <= kSquare)) {
        least = total;
        best = {rows, registers};
      }
    }
  return best;
}

class Scheduler {
 public:
  Scheduler(Tree& tree, const Stages& stages, const Positions& positions, int lanes)
      : tree_(tree), stages_(stages), positions_(positions), lanes_(lanes) {}

  void run(LoopNode& node) {
    if (node.vector) return schedule_vector(node);
    const bool innermost =
        std::none_of(node.items.begin(), node.items.end(), [](const Item& i) { return i.loop != nullptr; });
    if (innermost && !node.reduced && node.extent > 1) schedule_scalar(node);
    for (Item& item : node.items)
      if (item.loop) run(*item.loop);
  }

 private:
  std::int64_t registers(const LoopNode& node) const { return divide_up(node.extent, lanes_); }

  // Element by element, several at a time.
  static void schedule_scalar(LoopNode& node) {
    constexpr std::int64_t kCopies = 8;
    node.kind = LoopKind::lanes;
    node.unroll = static_cast<int>(std::min(node.extent, kCopies));
  }

  void schedule_vector(LoopNode& node) {
    node.kind = LoopKind::vector;
    if (const auto fold = heaviest_tile(node)) return schedule_tile(node, *fold);
    const std::int64_t folds = count(node, ItemKind::accumulate);
    const double cost = cost_of(node, stages_) / static_cast<double>(node.extent);
    constexpr double kBody = 24;  // instructions that fill a loop's body well
    const std::int64_t wanted =
        folds > 0 ? std::max<std::int64_t>(4 / folds, 2)
                  : std::clamp<std::int64_t>(static_cast<std::int64_t>(kBody / std::max(cost, 1.0)), 1, 4);
    node.unroll = static_cast<int>(std::min(registers(node), wanted));
  }

  static std::int64_t count(const LoopNode& node, ItemKind kind) {
    return std::count_if(node.items.begin(), node.items.end(), [&](const Item& i) { return i.kind == kind; });
  }

  std::optional<StageId> heaviest_tile(const LoopNode& node) const {
    std::optional<StageId> heaviest;
    for (StageId id = 0; id < stages_.list.size(); ++id) {
      if (!tree_.placements[id].tile || !is_within(tree_.placements[id].home, &node)) continue;
      if (!heaviest || stages_.list[id].cost > stages_.list[*heaviest].cost) heaviest = id;
    }
    return heaviest;
  }

  void schedule_tile(LoopNode& node, StageId id) {
    const Placement& placement = tree_.placements[id];
    LoopNode* around = node.parent;
    const bool has_rows =
        around->parent && around->items.size() == 1 && !around->reduced && around->extent > 1;
    LoopNode* const turn = reading_place(placement);
    TileShape shape{has_rows ? around->extent : 1,
                    registers(node),
                    stages_.list[id].cost,
                    0,
                    0,
                    std::max<std::int64_t>(count(*turn, ItemKind::accumulate), 1),
                    24};
    for (const Access& access : stages_.list[id].reads)
      (moves(id, access, node) ? shape.column_loads : shape.row_loads) += 1;
    if (has_rows && !shares_columns(id, *around)) shape.most_rows = only_sums(*turn) ? kIndependent : 1;
    const Tile tile = best_tile(shape);
    node.unroll = static_cast<int>(tile.registers);
    if (tile.rows > 1) {
      around->kind = LoopKind::lanes;
      around->unroll = static_cast<int>(tile.rows);
    }
    split_sums(*turn, tile.rows * tile.registers * shape.folds);
  }

  bool moves(StageId id, const Access& access, const LoopNode& node) const {
    const auto& loops = tree_.placements[id].loops;
    for (std::size_t i = 0; i < loops.size(); ++i)
      if (loops[i].node == &node &&
          stride_of(access.flat, stages_.list[id].loops[i].variable, positions_) != Stride::none)
        return true;
    return false;
  }

  // Whether the rows of a tile have something to share.
  bool shares_columns(StageId id, const LoopNode& rows) const {
    const auto& reads = stages_.list[id].reads;
    return std::any_of(reads.begin(), reads.end(), [&](const Access& a) { return !moves(id, a, rows); });
  }
  static bool only_sums(const LoopNode& turn) {
    return count(turn, ItemKind::accumulate) == static_cast<std::int64_t>(turn.items.size());
  }

  // Too few sums to hide the latency of adding: several for each element, added up at the end.
  static void split_sums(LoopNode& turn, std::int64_t sums) {
    if (!turn.reduced || !only_sums(turn) || sums >= kIndependent) return;
    const std::int64_t parts = std::min(divide_up(kIndependent, sums), turn.extent / 2);
    if (parts < 2) return;
    turn.kind = LoopKind::lanes;
    turn.unroll = static_cast<int>(parts);
  }

  Tree& tree_;
  const Stages& stages_;
  const Positions& positions_;
  int lanes_;
};
}  // namespace

double cost_of(const LoopNode& node, const Stages& stages) {
  double cost = 0;
  for (const Item& item : node.items) {
    if (item.loop) cost += cost_of(*item.loop, stages);
    if (item.kind == ItemKind::reset || item.kind == ItemKind::loop) continue;
    const Stage& stage = stages.list[item.stage];
    const bool finishes_fold = item.kind == ItemKind::finish && stage.fold;
    cost += finishes_fold ? 1 : stage.cost + static_cast<double>(stage.reads.size());
  }
  return cost * static_cast<double>(node.extent);
}

void schedule_loops(Tree& tree, const Stages& stages, const Positions& positions, int lanes) {
  Scheduler scheduler(tree, stages, positions, lanes);
  for (Item& nest : tree.root->items) scheduler.run(*nest.loop);
}

}  // namespace tenon::codegen
