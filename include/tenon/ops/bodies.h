// Ops that hold programs. A body is a graph without states; it sees what it is handed as inputs and nothing
// else.
#pragma once

#include <memory>

#include "tenon/graph.h"

namespace tenon {

using Body = std::shared_ptr<const Graph>;

// One of two bodies on the captured values, as the boolean scalar says. Both have results of the same element
// types; where their shapes differ, what reads them is planned once the condition is known.
std::vector<Value> if_else(Value condition, const std::vector<Value>& captured, Body then_body,
                           Body else_body);

// body(turn i64[], carried…, captured…) → (go on bool[], carried…, outputs…), at most `trips` times (i64[])
// and while the condition holds, first `condition` and then what the body says. Returns the last carried
// values, which may change their shapes from turn to turn, and the outputs of all turns along a new first
// axis.
std::vector<Value> loop(Value trips, Value condition, const std::vector<Value>& carried,
                        const std::vector<Value>& captured, Body body);

struct ScanInputs {
  std::vector<Value> carried = {};   // from turn to turn
  std::vector<Value> scanned = {};   // one slice of their first axis at each turn; at least one
  std::vector<Value> captured = {};  // the same at each turn
  bool reverse = false;              // from the last slice to the first
};
// body(carried…, slices…, captured…) → (carried…, outputs…), once for each slice. Returns the last carried
// values and the outputs, each turn's in the place of its slice along a new first axis.
std::vector<Value> scan(const ScanInputs& inputs, Body body);

}  // namespace tenon
