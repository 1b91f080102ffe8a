// Positions of elements: what an index is for the lanes being written. Most are affine in the lanes, a scalar
// part plus a constant stride for each lane loop, and become addresses; a few are data or cut by a division
// and are vectors of integers.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "codegen/llvm/bundle.h"
#include "codegen/loop_analysis.h"

namespace tenon::codegen {

// A scalar that positions are made of: a loop's variable, a quotient, a number that was read.
struct Atom {
  LlvmValue value;        // i64
  std::size_t depth;      // in how many loops it stands
  std::int64_t multiple;  // what it is a multiple of
  Range range;
};

struct Position {
  std::int64_t constant = 0;
  std::vector<std::pair<std::size_t, std::int64_t>> terms = {};  // atom and factor, the atoms ascending
  std::vector<std::int64_t> strides = {};                        // by lane loop
  // What each lane of the vector loop adds, all its copies, where that is no stride: 0 0 1 1 2 2 … of v/2.
  std::vector<std::int64_t> pattern = {};
  Bundle spread = {};  // not affine: a number for each lane (i32 where all fit), and nothing else counts
  Range range{0, 0};

  bool affine() const { return spread.empty() && pattern.empty(); }
  bool known() const { return spread.empty(); }  // but for one scalar
  std::int64_t stride(std::size_t dim) const { return dim < strides.size() ? strides[dim] : 0; }
  bool uniform() const;  // the same in all lanes
};

class Positions {
 public:
  using ValueOf = std::function<const Bundle&(Scalar)>;
  Positions(Ir& ir, const Kernel& kernel, const Analysis& analysis, const std::vector<LaneDim>& lanes,
            ValueOf value_of);

  // Loops, from the outside in. What depends on outer loops alone is computed before `branch`, which leads
  // into the inner one.
  void enter(llvm::Instruction* branch) { branches_.push_back(branch); }
  void leave() { branches_.pop_back(); }
  std::size_t depth() const { return branches_.size(); }

  // The variable of a loop: `start`, or where it is null 0, plus an offset, plus 1 a lane of `dim`.
  Position start(LlvmValue start, std::int64_t multiple, Range range);
  void set(Var variable, Position position) { variables_[variable] = std::move(position); }

  Position evaluate(Index index);
  LlvmValue base(const Position& position);                               // the terms, without the constant
  std::int64_t offset(const Position& position, const Copy& copy) const;  // the constant, for the first lane
  // The same for any lane, of a known position.
  std::int64_t offset(const Position& position, const Copy& copy, int lane) const;
  Counts counts(const Position& position) const;
  // A number for each lane: i32 or i64.
  Bundle spread(const Position& position);
  // The vector loop being written, if any.
  std::optional<std::size_t> vector_dim() const;

 private:
  struct Split;

  Position sum(const Position& a, const Position& b, Range range);
  Position scaled(const Position& a, std::int64_t factor, Range range);
  Position divided(const Position& a, std::int64_t divisor, Range range);
  Position remaining(const Position& a, std::int64_t divisor, Range range);
  std::optional<Position> by_pattern(const Position& a, std::int64_t divisor, bool remainder, Range range);
  Position clamped(const Position& a, std::int64_t bound, Range range);
  Position from_data(Scalar scalar, Range range);
  Position data_atom(const Bundle& value, bool natural, Range range);
  Position quotient_atom(const Position& a, std::int64_t divisor, bool remainder);
  Split split(const Position& a, std::int64_t divisor) const;
  Range range_of(const Position& a) const;
  std::int64_t multiple_of(const Position& a) const;  // of the terms
  std::size_t depth_of(const Position& a) const;
  Position atom(LlvmValue value, std::size_t depth, std::int64_t multiple, Range range);
  template <class F>
  LlvmValue at_depth(std::size_t depth, F&& make);
  template <class F>
  Position by_lane(const Position& a, const Position& b, Range range, F&& f);
  llvm::Type* type_for(Range range);
  LlvmValue added(LlvmValue a, LlvmValue b);  // where neither is 0
  LlvmValue resized(LlvmValue value, llvm::Type* integer);

  Ir& ir_;
  const Kernel& kernel_;
  const Analysis& analysis_;
  const std::vector<LaneDim>& lanes_;
  ValueOf value_of_;
  std::vector<llvm::Instruction*> branches_;
  std::vector<Atom> atoms_;
  std::vector<Position> variables_;
  // What was made before is used again: sums by their terms, atoms by what they stand for.
  std::map<std::vector<std::int64_t>, LlvmValue> sums_;
  std::map<std::pair<std::vector<std::int64_t>, bool>, std::size_t> quotients_;
  std::map<LlvmValue, std::size_t> data_;
};

}  // namespace tenon::codegen
