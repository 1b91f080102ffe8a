#pragma once

#include "pass/preparation.h"

namespace tenon {

// Takes what depends on weights alone out of a program of the typed stage, whose states are weights where it
// does not update them.
//
//   %0 = state "v"   %1 = rsqrt(%0)           prepare: %0 = state "v"  %1 = rsqrt(%0)  update "prepared/…" =
//   %1 %2 = broadcast_to(%1)  %3 = mul(%x, %2) → main:    %0 = state "prepared/…"  %1 = broadcast_to(%0)  …
//
// It must not make memory grow: broadcasts and reshapes stay with their readers, and so does what is larger
// than the weights that it is made of. Nor may it touch random numbers, effects or bodies.
PreparedProgram prepare_weights(const Graph& typed);

}  // namespace tenon
