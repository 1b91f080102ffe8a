#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tenon/graph.h"

namespace tenon {

// Cuts the values that a preparation computes into pieces, to be computed one after the other, so that not
// all weights and all that is made of them have to be in memory at once.
//
//   %1 = exp(%v)  %2 = neg(%1)  %3 = sqrt(%1)  %4 = exp(%w)    wanted: %2, %3, %4    →    {%2, %3}, {%4}
//
// Nothing may be computed twice: values that share work are in one piece, however large. Small ones are put
// together, in their order, up to so many bytes of weights and of what is made of them.
std::vector<std::vector<NamedRef>> pieces_of(const Graph& prepare, std::span<const NamedRef> wanted,
                                             std::size_t bytes);

}  // namespace tenon
