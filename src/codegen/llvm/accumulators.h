// Accumulators as registers. One has a register for each lane of the loops around its reset; where lanes
// stand between its reset and a place that feeds it, that place has parts of its own, a register for each of
// these lanes too, which are combined in a fixed order when the outermost loop between the two ends.
#pragma once

#include <list>

#include "codegen/llvm/bundle.h"
#include "codegen/loop_analysis.h"

namespace tenon::codegen {

class Accumulators {
 public:
  Accumulators(Ir& ir, const Kernel& kernel, const std::vector<LaneDim>& lanes);

  void reset(Acc accumulator, const Bundle* start);
  void open(const Loop& loop);   // before it is written
  void close(const Loop& loop);  // after it
  // `position`: i64, of arg_max and arg_min alone; `when`: null for always.
  void feed(const Statement& place, const Bundle& value, const Bundle* position, const Bundle* when);
  Bundle value(Acc accumulator) const { return states_[accumulator].registers.value; }
  Bundle position(Acc accumulator) const { return states_[accumulator].registers.position; }

  // The registers that a loop changes: what its phis must carry.
  std::vector<LlvmValue*> changed_by(const Loop& loop);

 private:
  struct Registers {
    Bundle value;
    Bundle position;
  };
  struct State {
    bool live = false;
    std::size_t lanes = 0;  // lane loops around the reset
    Registers registers;
  };
  struct Parts {
    const Statement* place;
    const Loop* loop;  // where it ends the parts are combined
    bool in_vector;    // a vector loop stands between reset and place
    bool has_rest;     // whose last lanes are done one by one
    Registers whole;   // of whole vectors
    Registers rest;    // of single lanes, where a rest is not done by masks
  };
  struct Pair {
    LlvmValue value;
    LlvmValue position;
  };

  void open_places(const Loop& root, const Loop& loop, std::vector<const Loop*>& path);
  void open_place(const Loop& root, const Statement& place, const std::vector<const Loop*>& path);
  Registers neutral_registers(const Accumulator& accumulator, const Counts& counts, int width);
  Parts* parts_of(const Statement& place);
  Registers& target(const Statement& place);
  Pair step(const Accumulator& accumulator, Pair a, Pair b);
  Pair reduced(const Accumulator& accumulator, std::vector<Pair> parts);
  Pair across(const Accumulator& accumulator, Pair lanes);
  void combine(const Parts& parts);
  std::vector<Pair> parts_at(const Registers& registers, const Copy& own) const;
  LlvmValue part_of_lanes(LlvmValue lanes, int first, int count);

  Ir& ir_;
  const Kernel& kernel_;
  const std::vector<LaneDim>& lanes_;
  std::vector<State> states_;
  std::list<Parts> parts_;
};

// How many copies a lane loop has at once, never more than it needs.
int copies_of(const Loop& loop, int lanes);

}  // namespace tenon::codegen
