// One nest of a kernel as a function: follows the schedule, writes loops, keeps the values of scalars.
#pragma once

#include "codegen/llvm/accumulators.h"
#include "codegen/llvm/memory.h"
#include "codegen/schedule.h"

namespace tenon::codegen {

class NestWriter {
 public:
  // `function`: void (ptr buffers, i64 begin, i64 end), without a body.
  NestWriter(Ir& ir, const Kernel& kernel, const Analysis& analysis, const Nest& nest,
             llvm::Function* function);
  void write();

 private:
  // A stretch of a loop that is written alike: a body for each `step` iterations.
  struct Stretch {
    LlvmValue first;
    LlvmValue last;  // the first that is not done, or less than a step before it
    std::int64_t step;
    Range range;            // of the starts
    std::int64_t multiple;  // of which all starts are multiples
    bool at_least_once;
  };
  using Body = std::function<void(const Position& start)>;

  void block(const Block& block);
  void evaluate(Scalar scalar);
  Bundle computed(const ScalarExpr& e);
  Bundle operation(const ScalarExpr& e);
  Bundle position_value(const ScalarExpr& e);
  const Bundle& value_of(Scalar scalar);
  const Bundle* condition_of(Scalar scalar) { return scalar == kNone ? nullptr : &value_of(scalar); }
  void statement(const Statement& statement);
  void accumulate(const Statement& statement);

  void loop(const ScheduleStep& step);
  void inner_loop(const ScheduleStep& step);
  void root_loop(const ScheduleStep& step);
  void even_root(const ScheduleStep& step, std::int64_t block_size);
  void uneven_root(const ScheduleStep& step, std::int64_t block_size);
  // One iteration of a serial loop, `copies` of them for a serial one with an unroll.
  void serial_body(const ScheduleStep& step, const Position& start, int copies);
  // So many lanes from `start`: whole registers, then what is left by a mask or one by one.
  void lane_body(const ScheduleStep& step, const Position& start, std::int64_t lanes);
  void lanes_at(const ScheduleStep& step, const Position& start, int copies, int width,
                std::vector<LlvmValue> masks);
  void single_lanes(const ScheduleStep& step, LlvmValue first, LlvmValue last, Range range,
                    bool at_least_once);
  void masked_lanes(const ScheduleStep& step, LlvmValue first, LlvmValue last);
  std::int64_t block_size(const Loop& loop) const;

  LlvmValue repeat(const Loop& loop, const Stretch& stretch, const Body& body);
  LlvmValue counted(const Loop& loop, const Stretch& stretch, const Body& body);
  void drop_unchanged(const std::vector<LlvmValue*>& changed, const std::vector<llvm::PHINode*>& phis);
  void only_if(LlvmValue condition, const std::function<void()>& body);
  Stretch constant_stretch(std::int64_t first, std::int64_t last, std::int64_t step);

  Ir& ir_;
  const Kernel& kernel_;
  const Analysis& analysis_;
  const Nest& nest_;
  llvm::Function* function_;
  std::vector<LaneDim> lanes_;
  std::vector<Bundle> values_;  // of scalars
  Accumulators accumulators_;
  Positions positions_;
  std::optional<Memory> memory_;
};

}  // namespace tenon::codegen
