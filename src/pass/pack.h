#pragma once

#include "backend/backend.h"
#include "pass/preparation.h"

namespace tenon {

// Lets contractions read their weights in the form that the backend reads fastest, written once: blocked or
// transformed filters, packed matrices. `main` is of the lowered stage, `prepare` of the typed one.
//
//   main: %2 = conv(%x, %1)   where %1 = state "w"
//   →     %2 = fused(%x, %1) { conv(%i0, relayout(%i1) {layout = "…"}) }   where %1 = state
//   "prepared/relayout/w" prepare: %1 = relayout(%0) {layout = "…"}  update "prepared/relayout/w" = %1
//
// A weight that only packed readers need is read no more by `main`; `prepare` still computes all that it did,
// which other plans may read. It must not pack what an update may
// change.
PreparedProgram pack_weights(const Graph& prepare, const Graph& main, const Backend& backend,
                             const BackendOptions& options);

}  // namespace tenon
