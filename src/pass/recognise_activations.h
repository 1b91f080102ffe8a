#pragma once

#include "tenon/graph.h"

namespace tenon {

// Activations that a model writes as arithmetic become the ops that they are: gelu by erf or by tanh,
// sigmoid, silu, hard_sigmoid and hard_swish. On the typed stage.
//
//   %1 = div(%x, 1.4142135)  %2 = erf(%1)  %3 = add(%2, 1)  %4 = mul(%x, %3)  %5 = mul(%4, 0.5)
//   →  %5 = gelu(%x)
//
// How the arithmetic is written does not matter, for it is compared as a polynomial; its numbers must be
// those of the activation up to the rounding of their type. It must not do so where another reader needs a
// part of it, which would be computed twice.
Graph recognise_activations(const Graph& typed);

}  // namespace tenon
