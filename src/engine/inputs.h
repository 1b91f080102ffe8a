// Whether what a caller hands over is what a program takes.
#pragma once

#include <map>

#include "tenon/engine.h"

namespace tenon::engine {

// The types of all inputs of the program, in a map by name. Fails where one is missing, unknown, or of
// another type, rank or size, or where two disagree about a symbol.
std::map<std::string, Type> match_inputs(const Graph& program, const std::map<std::string, Type>& given);

}  // namespace tenon::engine
