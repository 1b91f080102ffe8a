// What a pass did to a program, for people.
#pragma once

#include <string>
#include <string_view>

#include "tenon/graph.h"

namespace tenon {

// The nodes that went and came, a line each: their op, where in the model they were written, and their type.
// Empty where the programs have the same nodes.
std::string explain_change(std::string_view pass, const Graph& before, const Graph& after);

}  // namespace tenon
