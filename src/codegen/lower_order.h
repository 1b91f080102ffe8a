// What must come before what among the stages, and an order that obeys.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "codegen/lower.h"
#include "codegen/lower_tree.h"

namespace tenon::codegen {

// Outputs that overwrite inputs; those in `copied` are copies made at the end.
struct Overwrites {
  std::vector<InPlace> in_place;
  std::set<std::uint32_t> copied;
};

// By stage. A stage that overwrites an input comes after all that read it.
std::vector<std::vector<Dependency>> dependencies(const Graph& body, const Stages& stages,
                                                  const Overwrites& overwrites);

struct Order {
  std::vector<StageId> stages;
  // A stage that overwrites an input for whose reading its result is needed: then there is no order.
  std::optional<StageId> circle;
};

// Each value right before the first that needs it, and what overwrites an input as late as may be.
Order order_stages(const Graph& body, const Stages& stages,
                   const std::vector<std::vector<Dependency>>& depends);

// The outputs of a finished kernel that overwrite what is read afterwards.
std::set<std::uint32_t> read_too_late(const Kernel& kernel);
// The outputs of which a stage reads another element of the input than it overwrites.
std::set<std::uint32_t> read_elsewhere(const Graph& body, const Stages& stages,
                                       const std::vector<InPlace>& in_place);

}  // namespace tenon::codegen
