#pragma once

#include "backend/backend.h"

namespace tenon {

// From the typed stage to the lowered stage: nodes that are computed together become one `fused` node with a
// body, in an order in which they can run.
//
//   %1 = matmul(%x, %w)  %2 = add(%1, %b)  %3 = maximum(%2, 0)   →   %1 = fused(%x, %w, %b) {kind =
//   "contraction"} %4 = exp(%3)  %5 = mul(%4, 2)                                →   %2 = fused(%1) {kind =
//   "loops"}
//
// A fused node is asked to write a state's new value over the old one (`in_place`) where nothing reads the
// old one later. It must not make a cycle, nor compute anything large twice.
Graph fuse(const Graph& typed, const Backend& backend, const BackendOptions& options = {});

}  // namespace tenon
