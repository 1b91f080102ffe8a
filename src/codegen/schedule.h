// Says when each value of a kernel is evaluated: once, in the outermost loop on whose variables (and
// accumulators, and stores) it depends, before the statements that need it. Printers only follow.
#pragma once

#include <vector>

#include "codegen/loop.h"
#include "codegen/loop_analysis.h"

namespace tenon::codegen {

struct ScheduleStep;

struct Block {
  std::vector<ScheduleStep> steps;
};

// Either a scalar is evaluated, or a statement done; the body of a loop is a block of its own.
struct ScheduleStep {
  Scalar scalar = kNone;
  const Statement* statement = nullptr;
  const Loop* loop = nullptr;
  Block body = {};
};

// What a nest does: scalars that depend on no loop, then its root loop. Constants are never evaluated. A
// scalar whose value has changed is evaluated again.
Block schedule(const Kernel& kernel, const Analysis& analysis, const Nest& nest);

}  // namespace tenon::codegen
