// Which loops of the tree a stage can go through together with what stands there already.
#pragma once

#include <optional>
#include <vector>

#include "codegen/lower_tree.h"

namespace tenon::codegen {

// A loop of the stage, and the loop of the tree that it can be.
struct Step {
  std::size_t loop;
  LoopNode* node;
};
using Path = std::vector<Step>;  // from the outside in

Path shared_loops(const Stages& stages, const Tree& tree, StageId id, Positions& positions, int lanes);

// The last of a node's items that must be done before the stage.
std::optional<std::size_t> last_dependency(const Tree& tree, StageId id, const LoopNode* node);
// A nest of one iteration that comes late enough for the stage; null where there is none.
LoopNode* known_unit_nest(const Tree& tree, StageId id);

}  // namespace tenon::codegen
