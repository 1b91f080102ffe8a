// Writes the tree of loops as a kernel.
#pragma once

#include "codegen/lower.h"
#include "codegen/lower_tree.h"

namespace tenon::codegen {

Kernel emit(const Graph& body, const Stages& stages, const Tree& tree, const LowerOptions& options);

}  // namespace tenon::codegen
