// Estimates, in vector instructions, of what a stage costs with one of its loops run in vector lanes.
#pragma once

#include <optional>
#include <vector>

#include "codegen/lower_stage.h"

namespace tenon::codegen {

enum class Stride : std::uint8_t { none, one, small, stretched, other };
// How an access moves with a loop. Small steps and elements that a few neighbours share (position / 2) are
// loaded as whole vectors and put in order.
Stride stride_of(const Linear& flat, const Linear& variable, const Positions& positions);

constexpr bool is_small_stretch(std::int64_t divisor) { return divisor == 2 || divisor == 4 || divisor == 8; }

// Whether every access moves with a step of the outer loop as with `extent` steps of the inner one.
bool moves_as_one(const Stage& stage, std::size_t outer, std::size_t inner, std::int64_t extent,
                  const Positions& positions);
// Whether two loops of a stage, one right inside the other, can be run as one.
bool can_merge(const Stage& stage, std::size_t outer, std::size_t inner, const Positions& positions);

// Whether a fold with this vector loop is a tile of registers: its lanes are elements of its own.
inline bool is_tile(const Stage& stage, std::optional<std::size_t> vector) {
  return stage.fold && vector && !stage.loops[*vector].reduced;
}
// What the tile is made of: the vector loop, the kept loop around it, and what merges with that.
std::vector<std::size_t> tile_loops(const Stage& stage, std::size_t vector, const Positions& positions);

// For each `lanes` elements of the stage's iterations. Without a loop: element by element.
double vector_cost(const Stage& stage, std::optional<std::size_t> loop, const Positions& positions,
                   int lanes);

struct VectorChoice {
  std::optional<std::size_t> loop;  // none: element by element
  double cost;
};
// Among the loops for which `allowed` says so.
template <class Allowed>
VectorChoice best_vector(const Stage& stage, const Positions& positions, int lanes, Allowed&& allowed) {
  VectorChoice best{std::nullopt, vector_cost(stage, std::nullopt, positions, lanes)};
  for (std::size_t i = 0; i < stage.loops.size(); ++i) {
    if (!allowed(i)) continue;
    const double cost = vector_cost(stage, i, positions, lanes);
    if (cost <= best.cost) best = {i, cost};
  }
  return best;
}

}  // namespace tenon::codegen
