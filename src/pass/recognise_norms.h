#pragma once

#include "tenon/graph.h"

namespace tenon {

// Normalisations over the last axes, written as their pieces: layer_norm and rms_norm, with the scale and the
// bias behind them where these have the shape of those axes. On the typed stage.
//
//   %1 = reduce_mean(%x)    %2 = sub(%x, %1)   %3 = pow(%2, 2)   %4 = reduce_mean(%3)  %5 = add(%4, 1e-5)
//   %6 = sqrt(%5)           %7 = div(%2, %6)   %8 = mul(%7, %s)  %9 = add(%8, %b)
//   →  %9 = layer_norm(%x, %s, %b)
//
// So are the reciprocal or the power in the root's place, and the form that writes x k + (b - mean k) with
// k = s / root. It must not take a variance that is a difference of means, which rounds otherwise, an epsilon
// outside the root, nor what another reader needs.
Graph recognise_norms(const Graph& typed);

}  // namespace tenon
