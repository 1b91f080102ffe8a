#pragma once

#include "tenon/graph.h"

namespace tenon {

// A scan over one slice runs its body once: the body stands in its place, and the program needs not go back
// to the host for it. A recurrent model that hears one step of sound at a time is one plan then. So are loops
// whose count is known to be one: they are scans by now.
//
//   %2, %3 = scan(%h, %x) {…} { graph a(h: f32[2], x: f32[2]) { %n = add(%h, %x) return n = %n, y = %n } }
//   →                                                         (x: f32[1, 2])
//   %2 = reshape(%x) {shape = [2]}
//   %3 = add(%h, %2)
//   %4 = reshape(%3) {shape = [1, 2]}
//
// It must not touch a scan of more turns: unrolled, its body would be planned as often as it runs.
Graph inline_single_turns(const Graph& graph);

}  // namespace tenon
