// What must come before what among the stages, and an order that obeys.
#pragma once

#include <stdexcept>

#include "codegen/lower.h"
#include "codegen/lower_tree.h"

namespace tenon::codegen {

// By stage. A stage that overwrites an input comes after all that read it.
std::vector<std::vector<Dependency>> dependencies(const Graph& body, const Stages& stages,
                                                  const std::vector<InPlace>& in_place);

// Two stages that each have to come before the other, because of an output that overwrites an input.
struct Circle {
  StageId overwriting;
};

// Each value right before the first that needs it, and what overwrites an input as late as may be. Throws a
// Circle where there is no order.
std::vector<StageId> order_stages(const Graph& body, const Stages& stages,
                                  const std::vector<std::vector<Dependency>>& depends);

}  // namespace tenon::codegen
