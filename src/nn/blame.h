// Which node of a program first made a number that is not finite: the program is run again, on the reference
// kernels, with every result kept.
#pragma once

#include <string>

#include "tenon/graph.h"

namespace tenon {

// For people: "log 'loss'", "exp in the body of scan 'encoder'", or the input or state that was not finite to
// begin with. Empty where on the reference all is finite.
std::string first_not_finite(const Graph& graph, const NamedTensors& inputs, const NamedTensors& states);

}  // namespace tenon
