// A program whose shapes depend on elements is planned in stages. The first one is what can be typed once the
// shapes of the inputs are known; then the host runs what asked for elements; all that needs to know what
// comes out of it is a program of its own, and is staged in its turn.
//
//   graph f(x: f32[N])          now    f(x: f32[8])       %1 = exp(%x)       return v0 = %1
//     %1 = exp(%x)              host   f(v0: f32[8])      %1 = nonzero(%v0)  return v1 = %1
//     %2 = nonzero(%1)     →    later  f(v1: i64[1, ?])   %1 = neg(%v1)      return y = %1
//     %3 = neg(%2)
//     return y = %3
//
// The host runs ops whose results are as long as their elements say; ops whose operands have no constant
// value, so that a plan need not be made for each value; and if_else, loop and scan whose results are not of
// one shape, or whose bodies need stages themselves. A branch whose condition is known is written in the
// place of its if_else, and a loop that stacks outputs is a scan where it is known how often it runs.
//
// It must not move anything out of the first stage that could be there: a program without such ops has one
// stage, and that is what `specialise` makes of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tenon/graph.h"

namespace tenon {

struct Stage {
  enum class Part : std::uint8_t { now, host, later };

  Graph now;    // typed
  Graph host;   // run node by node, after it
  Graph later;  // of the source stage
  // Which of the three computes each output of the program. They stand there in the program's order, and
  // after them what later parts read. These find it by its name: an input of theirs that is none of the
  // program is an output of an earlier part.
  std::vector<Part> outputs;
  std::string why;  // the first node that is not in `now`, and why; empty where all are

  bool whole() const { return why.empty(); }
};

// `inputs` gives the types of those inputs whose shapes the program leaves open, and `values` what is known
// of their elements; they stay inputs.
Stage first_stage(const Graph& source, const std::map<std::string, Type>& inputs,
                  const std::map<std::string, Tensor>& values = {});

// The inputs whose elements a plan wants to know: those that are operands.
std::vector<std::string> planning_inputs(const Graph& source);

}  // namespace tenon
