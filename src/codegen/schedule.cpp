#include "codegen/schedule.h"

#include <utility>

namespace tenon::codegen {
namespace {

class Scheduler {
 public:
  Scheduler(const Kernel& kernel, const Analysis& analysis)
      : kernel_(kernel), analysis_(analysis), available_(kernel.scalars.size(), false) {}

  Block nest(const Loop& root) {
    Block block;
    out_ = &block;
    loop(root);
    return block;
  }

 private:
  using Visit = void (Scheduler::*)(Scalar, const Touches&);

  void loop(const Loop& loop) {
    const Touches touched = touched_by(loop);
    visited_.assign(available_.size(), false);
    hoist_out_of(loop, touched);
    forget(touched);
    const std::vector<bool> outside = available_;
    ScheduleStep step{.loop = &loop};
    Block* const outer = std::exchange(out_, &step.body);
    body(loop);
    out_ = outer;
    out_->steps.push_back(std::move(step));
    available_ = outside;
  }

  // Statements between two loops are a run: all that they need is evaluated before the first of them, unless
  // it reads what one of them sets.
  void body(const Loop& loop) {
    std::vector<const Statement*> run;
    Touches set;
    const auto flush = [&] {
      for (const Statement* statement : run) out_->steps.push_back({.statement = statement});
      forget(set);
      run.clear();
      set = {};
    };
    for (const Statement& statement : loop.body) {
      if (statement.loop) {
        flush();
        this->loop(*statement.loop);
        continue;
      }
      if (reads_of(statement).meets(set)) flush();
      for_operands(statement, &Scheduler::need, {});
      run.push_back(&statement);
      if (statement.buffer != kNone) set.buffers.add(statement.buffer);
      if (statement.accumulator != kNone) set.accumulators.add(statement.accumulator);
    }
    flush();
  }

  Touches reads_of(const Statement& statement) const {
    Touches reads;
    for (const Scalar s : {statement.value, statement.when})
      if (s != kNone) reads.add_all(analysis_.scalar_reads[s]);
    if (statement.index != kNone) reads.add_all(analysis_.index_reads[statement.index]);
    return reads;
  }

  void hoist_out_of(const Loop& loop, const Touches& touched) {
    for (const Statement& statement : loop.body) {
      if (statement.loop)
        hoist_out_of(*statement.loop, touched);
      else
        for_operands(statement, &Scheduler::hoist, touched);
    }
  }

  void for_operands(const Statement& statement, Visit visit, const Touches& touched) {
    if (statement.value != kNone) (this->*visit)(statement.value, touched);
    if (statement.when != kNone) (this->*visit)(statement.when, touched);
    if (statement.index != kNone) for_index(statement.index, visit, touched);
  }

  void for_index(Index i, Visit visit, const Touches& touched) {
    const IndexExpr& e = kernel_.indices[i];
    if (e.a != kNone) for_index(e.a, visit, touched);
    if (e.b != kNone) for_index(e.b, visit, touched);
    if (e.scalar != kNone) (this->*visit)(e.scalar, touched);
  }

  void for_parts(Scalar s, Visit visit, const Touches& touched) {
    const ScalarExpr& e = kernel_.scalars[s];
    for (const Scalar arg : e.args) (this->*visit)(arg, touched);
    if (e.when != kNone) (this->*visit)(e.when, touched);
    if (e.index != kNone) for_index(e.index, visit, touched);
  }

  // Evaluates the largest parts of a scalar that a loop does not change.
  void hoist(Scalar s, const Touches& touched) {
    if (kernel_.scalars[s].kind == ScalarKind::constant || available_[s] || visited_[s]) return;
    visited_[s] = true;
    if (!analysis_.scalar_reads[s].meets(touched)) return need(s, touched);
    for_parts(s, &Scheduler::hoist, touched);
  }

  void need(Scalar s, const Touches& unused) {
    if (kernel_.scalars[s].kind == ScalarKind::constant || available_[s]) return;
    for_parts(s, &Scheduler::need, unused);
    available_[s] = true;
    out_->steps.push_back({.scalar = s});
  }

  void forget(const Touches& touched) {
    for (Scalar s = 0; s < available_.size(); ++s)
      if (available_[s] && analysis_.scalar_reads[s].meets(touched)) available_[s] = false;
  }

  const Kernel& kernel_;
  const Analysis& analysis_;
  std::vector<bool> available_;  // of scalars: evaluated already, and not changed since
  std::vector<bool> visited_;    // by the hoisting under way
  Block* out_ = nullptr;
};

}  // namespace

Block schedule(const Kernel& kernel, const Analysis& analysis, const Nest& nest) {
  return Scheduler(kernel, analysis).nest(nest.root);
}

}  // namespace tenon::codegen
