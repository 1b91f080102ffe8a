#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "codegen/element_op.h"
#include "codegen/loop.h"
#include "codegen/loop_analysis.h"
#include "ir/op_table.h"
#include "tenon/error.h"

namespace tenon::codegen {
namespace {

class Verifier {
 public:
  explicit Verifier(const Kernel& kernel) : kernel_(kernel) {}

  void run() {
    check_buffers();
    check_references();
    const Analysis analysis(kernel_);
    analysis_ = &analysis;
    for (const Nest& nest : kernel_.nests) check_nest(nest);
    for (const ScalarExpr& e : kernel_.scalars)
      if (e.kind == ScalarKind::load && e.when == kNone) check_bounds(e.buffer, e.index);
  }

 private:
  template <class... Parts>
  void check(bool holds, const Parts&... parts) const {
    if (!holds) throw std::logic_error(cat("kernel '", kernel_.name, "': ", parts..., "\n", print(kernel_)));
  }
  // Before references are known to be right the kernel cannot be printed.
  template <class... Parts>
  void check_shallow(bool holds, const Parts&... parts) const {
    if (!holds) throw std::logic_error(cat("kernel '", kernel_.name, "': ", parts...));
  }

  void check_buffers() const {
    BufferRole last = BufferRole::input;
    for (Buffer b = 0; b < kernel_.buffers.size(); ++b) {
      const BufferSpec& spec = kernel_.buffers[b];
      check_shallow(spec.role >= last, "buffer ", b, " does not stand with its like");
      last = spec.role;
      if (spec.in_place_of == kNone) continue;
      check_shallow(spec.role == BufferRole::output && spec.in_place_of < b &&
                        kernel_.buffers[spec.in_place_of].role == BufferRole::input,
                    "buffer ", b, " is in place of one that is no input");
    }
  }

  // Every reference goes to something, and there is no circle: expressions refer to lower numbers of their
  // own kind, and an index that is data to a scalar all whose indices are lower.
  void check_references() const {
    std::vector<Index> above_indices;  // of a scalar: one more than the largest index it needs
    for (Scalar s = 0; s < kernel_.scalars.size(); ++s)
      above_indices.push_back(check_scalar(s, above_indices));
    for (Index i = 0; i < kernel_.indices.size(); ++i) check_index(i, above_indices);
  }

  Index check_scalar(Scalar s, const std::vector<Index>& above_indices) const {
    const ScalarExpr& e = kernel_.scalars[s];
    const bool indexed = e.kind == ScalarKind::load || e.kind == ScalarKind::index;
    const bool reads = e.kind == ScalarKind::accumulator || e.kind == ScalarKind::position;
    check_shallow(!indexed || e.index < kernel_.indices.size(), "scalar ", s, " has no index");
    check_shallow(e.kind != ScalarKind::load || e.buffer < kernel_.buffers.size(), "scalar ", s,
                  " has no buffer");
    check_shallow(!reads || e.accumulator < kernel_.accumulators.size(), "scalar ", s, " has no accumulator");
    Index above = indexed ? e.index + 1 : 0;
    std::vector<Scalar> operands = e.args;
    if (e.when != kNone) operands.push_back(e.when);
    for (const Scalar operand : operands) {
      check_shallow(operand < s, "scalar ", s, " needs ", operand, ", which is not before it");
      above = std::max(above, above_indices[operand]);
    }
    check_types(s);
    return above;
  }

  void check_types(Scalar s) const {
    const ScalarExpr& e = kernel_.scalars[s];
    const auto type = [&](Scalar arg) { return kernel_.scalars[arg].type; };
    check_shallow(e.when == kNone || type(e.when) == DType::boolean, "scalar ", s,
                  " has a condition that is no bool");
    if (e.kind == ScalarKind::load)
      check_shallow(e.type == kernel_.buffers[e.buffer].dtype, "scalar ", s, " is not of its buffer's type");
    if (e.kind == ScalarKind::accumulator)
      check_shallow(e.type == kernel_.accumulators[e.accumulator].type, "scalar ", s,
                    " is not of its accumulator's type");
    if (e.kind == ScalarKind::position)
      check_shallow(e.type == DType::i64 && keeps_position(kernel_.accumulators[e.accumulator].combine),
                    "scalar ", s, " is no position");
    if (e.kind != ScalarKind::op) return;
    std::vector<DType> types;
    for (const Scalar arg : e.args) types.push_back(type(arg));
    check_shallow(fits_element_op(e.op, e.type, types), "scalar ", s, ": ", builtin_name(e.op), " gives no ",
                  e.type, " for ", types);
  }

  void check_index(Index i, const std::vector<Index>& above_indices) const {
    const IndexExpr& e = kernel_.indices[i];
    const bool unary = e.kind >= IndexKind::add && e.kind <= IndexKind::clamp;
    check_shallow(!unary || e.a < i, "index ", i, " needs one that is not before it");
    check_shallow(e.kind != IndexKind::add || e.b < i, "index ", i, " needs one that is not before it");
    check_shallow(e.kind != IndexKind::variable || e.variable < kernel_.variables, "index ", i,
                  " has no variable");
    const bool positive =
        e.kind == IndexKind::divide || e.kind == IndexKind::remainder || e.kind == IndexKind::clamp;
    check_shallow(!positive || e.number > 0, "index ", i, " needs a positive number");
    if (e.kind != IndexKind::scalar) return;
    check_shallow(e.scalar < kernel_.scalars.size(), "index ", i, " has no scalar");
    check_shallow(above_indices[e.scalar] <= i, "index ", i, " goes round in a circle");
    check_shallow(is_int(kernel_.scalars[e.scalar].type), "index ", i, " is data that is no integer");
  }

  void check_nest(const Nest& nest) {
    check(nest.grain > 0, "a grain must be positive");
    live_since_.assign(kernel_.accumulators.size(), kDead);
    check_loop(nest.root);
  }

  void check_loop(const Loop& loop) {
    check(loop.extent > 0 && loop.unroll > 0, "the loop of v", loop.variable, " is empty");
    check(loop.variable < kernel_.variables && !seen_.has(loop.variable), "v", loop.variable,
          " is the variable of two loops");
    for (const Loop* outer : path_)
      check(outer->kind != LoopKind::vector || loop.kind != LoopKind::vector, "the vector loop of v",
            loop.variable, " stands in that of v", outer->variable);
    seen_.add(loop.variable);
    path_.push_back(&loop);
    for (const Statement& statement : loop.body) check_statement(statement);
    for (std::size_t& since : live_since_)
      if (since == path_.size()) since = kDead;
    path_.pop_back();
  }

  void check_statement(const Statement& s) {
    if (s.when != kNone) {
      check_value(s.when);
      check(kernel_.scalars[s.when].type == DType::boolean, "a condition is no bool");
    }
    switch (s.kind) {
      case StatementKind::loop:
        check(s.loop != nullptr, "a loop is missing");
        return check_loop(*s.loop);
      case StatementKind::reset:
        return check_reset(s);
      case StatementKind::accumulate:
        return check_accumulate(s);
      case StatementKind::store:
        return check_store(s);
    }
  }

  void check_reset(const Statement& s) {
    check(s.accumulator < kernel_.accumulators.size(), "a reset is of no accumulator");
    std::size_t& since = live_since_[s.accumulator];
    check(since == kDead || since == path_.size(), "a", s.accumulator,
          " is reset inside a loop that feeds it");
    since = path_.size();
    if (s.value == kNone) return;
    check_value(s.value);
    check(kernel_.scalars[s.value].type == kernel_.accumulators[s.accumulator].type, "a", s.accumulator,
          " starts from another type");
  }

  void check_accumulate(const Statement& s) const {
    check(s.accumulator < kernel_.accumulators.size(), "a value goes to no accumulator");
    check(live_since_[s.accumulator] != kDead, "a", s.accumulator, " is fed before its reset");
    const Accumulator& accumulator = kernel_.accumulators[s.accumulator];
    check_value(s.value);
    check(kernel_.scalars[s.value].type == accumulator.type, "a", s.accumulator, " is fed another type");
    check(keeps_position(accumulator.combine) == (s.index != kNone), "a", s.accumulator,
          " needs a position, or none");
    if (s.index != kNone) check_reads(analysis_->index_reads[s.index]);
  }

  void check_store(const Statement& s) const {
    check(s.buffer < kernel_.buffers.size() && kernel_.buffers[s.buffer].role != BufferRole::input,
          "a store goes to no output");
    check(s.index < kernel_.indices.size(), "a store has no index");
    check_value(s.value);
    check(kernel_.scalars[s.value].type == kernel_.buffers[s.buffer].dtype, "b", s.buffer,
          " is given another type");
    check_reads(analysis_->index_reads[s.index]);
    if (s.when == kNone) check_bounds(s.buffer, s.index);
  }

  void check_value(Scalar s) const {
    check(s < kernel_.scalars.size(), "a statement has no value");
    check_reads(analysis_->scalar_reads[s]);
  }

  void check_bounds(Buffer b, Index i) const {
    const Range range = analysis_->ranges[i];
    check(range.low >= 0 && range.high < kernel_.buffers[b].elements, "b", b, " is used from ", range.low,
          " to ", range.high, " and has ", kernel_.buffers[b].elements, " elements");
  }

  void check_reads(const Touches& reads) const {
    Bits open;
    for (const Loop* loop : path_) open.add(loop->variable);
    check(reads.variables.within(open), "a variable is used outside its loop");
    for (Acc a = 0; a < kernel_.accumulators.size(); ++a)
      if (reads.accumulators.has(a)) check_complete(a);
  }

  // An accumulator that lanes feed in parts is complete outside their loop.
  void check_complete(Acc a) const {
    check(live_since_[a] != kDead, "a", a, " is read before its reset");
    for (std::size_t depth = live_since_[a]; depth < path_.size(); ++depth)
      check(path_[depth]->kind == LoopKind::serial || !touched_by(*path_[depth]).accumulators.has(a), "a", a,
            " is read where the lanes of v", path_[depth]->variable, " still have parts of it");
  }

  static constexpr std::size_t kDead = ~std::size_t{0};

  const Kernel& kernel_;
  const Analysis* analysis_ = nullptr;
  Bits seen_;                            // variables of loops
  std::vector<const Loop*> path_;        // the loops around a statement
  std::vector<std::size_t> live_since_;  // of accumulators: the length of the path at the reset
};

}  // namespace

void verify(const Kernel& kernel) { Verifier(kernel).run(); }

}  // namespace tenon::codegen
