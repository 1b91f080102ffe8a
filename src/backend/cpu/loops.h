// Steps of generated loops.
#pragma once

#include <vector>

#include "backend/backend.h"

namespace tenon::cpu {

bool loops_available();  // whether there is a compiler for them in this build and on this machine
bool runs_as_loops(const Node& node);  // whether the generated loops cover the node
std::string describe_loops();          // for people: processor features, compiler

// Compiles the given nodes (primitives, or fused nodes of kind "loops") of a lowered program together: one
// module costs less than many. The steps are in the order of the nodes.
std::vector<std::unique_ptr<Step>> compile_loops(const Graph& lowered,
                                                 const std::vector<std::uint32_t>& nodes,
                                                 const BackendOptions& options);

}  // namespace tenon::cpu
