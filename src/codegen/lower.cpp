#include "codegen/lower.h"

#include <stdexcept>

#include "codegen/lower_emit.h"
#include "codegen/lower_order.h"
#include "codegen/lower_schedule.h"
#include "codegen/lower_stage.h"

namespace tenon::codegen {

Kernel lower(const Graph& body, const LowerOptions& options) {
  for (const Node& node : body.nodes())
    if (node.op != Op::input && !can_lower(node))
      throw std::logic_error(cat("generated loops do not cover ", describe(node)));
  Positions positions;
  Stages stages = choose_stages(body);
  analyse(body, stages, positions);
  auto depends = dependencies(body, stages, options.in_place);
  const auto order = order_stages(body, stages, depends);
  Tree tree = fuse(stages, order, std::move(depends), positions, options.lanes);
  merge_loops(tree, stages, positions);
  schedule_loops(tree, stages, positions, options.lanes);
  return emit(body, stages, tree, options);
}

}  // namespace tenon::codegen
