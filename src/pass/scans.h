#pragma once

#include "tenon/graph.h"

namespace tenon {

// Runs once the scans that carry the same: one with the outputs of both. The gradient of a scan runs it again
// to record what it carried, and that is the scan that ran forwards.
//
//   %3, %4 = scan(%h, %x) {…} { graph a(h, x) { %n = add(%h, %x) return n = %n, y = %n } }
//   %5, %6 = scan(%h, %x) {…} { graph b(h, x) { %n = add(%h, %x) return n = %n, y = %h } }
//   →
//   %3, %4, %5 = scan(%h, %x) {…} { graph a(h, x) { %n = add(%h, %x) return n = %n, y = %n, y = %h } }
//
// It must not unite scans of which one carries on otherwise, or draws random numbers for it.
Graph unite_scans(const Graph& graph);

}  // namespace tenon
