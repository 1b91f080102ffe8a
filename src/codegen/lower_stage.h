// A stage is a value of the group that is computed by loops of its own; all others are computed where they
// are needed, again each time. Here it is decided which values are stages, and what each of them reads.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "codegen/lower_index.h"
#include "codegen/lower_ops.h"
#include "tenon/graph.h"

namespace tenon::codegen {

using StageId = std::uint32_t;

// A loop over a dimension, or over a part of one: position along `dim` = Σ variable * inner.
struct LoopAxis {
  std::int64_t extent;
  std::size_t dim;  // the kept dimensions come first, then the reduced ones
  std::int64_t inner;
  bool reduced;  // a fold goes round it
  bool blocks;   // of a transpose: goes from block to block, outside all others
  Linear variable;
};

struct Access {
  Ref value;
  Position at;
  Linear flat;
};

struct Stage {
  Ref ref;
  std::optional<Fold> fold;
  Shape kept;                       // the shape of the value
  bool spread = false;              // somebody needs its elements more often than there are elements
  std::optional<std::size_t> scan;  // the dimension along which each element is what came before and itself
  std::vector<LoopAxis> loops;      // over dimensions of more than 1
  std::vector<Access> reads;
  std::vector<Linear> values;  // positions that are used as values
  Linear written;              // the flat position of its own element
  double cost = 0;             // of one iteration, the accesses not counted

  std::size_t kept_loops() const;
  double iterations() const;
};

struct Stages {
  std::vector<Stage> list;       // what needs a value before the value
  std::vector<StageId> of_node;  // by node of the group; kNoStage

  StageId of(Ref ref) const { return of_node[ref.node]; }
};
inline constexpr StageId kNoStage = ~0u;

// Which values are worth a place of their own: outputs, what collects over an axis, and what would otherwise
// be computed too often; and the nodes that are to be `kept` in any case.
Stages choose_stages(const Graph& body, const std::set<std::uint32_t>& kept);
// Fills in loops, accesses and costs. The loops are as fine as it takes for accesses to be affine in them.
void analyse(const Graph& body, Stages& stages, Positions& positions);

// The position of an element of a stage, given its loops' variables.
template <class VariableOf>
Position position_of(const Stage& stage, std::size_t first_dim, std::size_t dims, Positions& positions,
                     VariableOf&& variable_of) {
  Position at(dims);
  for (std::size_t i = 0; i < stage.loops.size(); ++i) {
    const LoopAxis& loop = stage.loops[i];
    if (loop.dim < first_dim || loop.dim >= first_dim + dims) continue;
    Linear& along = at[loop.dim - first_dim];
    along = positions.add(along, positions.scale(variable_of(i), loop.inner));
  }
  return at;
}
// The value of one of its kept loops' variables at a position of the stage.
Linear variable_at(const LoopAxis& loop, const Position& at, Positions& positions);

}  // namespace tenon::codegen
