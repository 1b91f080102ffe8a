#pragma once

#include <cstdint>
#include <functional>

#include "tenon/graph.h"

namespace tenon {

// Gives images that nearly fill their blocks of channels the few that are missing, on the typed stage, before
// images are blocked: filters of zeros are added to the convolution that makes such an image, and for what
// reads it.
//
//   %1 = conv(%x, %w)             [24 channels]     %1 = conv(%x, pad(%w))                    [32 channels]
//   %2 = maximum(%1, 0)                        →    %2 = maximum(%1, 0)
//   %3 = conv(%2, %v)                               %3 = conv(%2, pad(%v))
//
// Whatever else reads the image reads a slice of it. `block_of` says in which blocks a convolution is run
// best, 0 for none. It must not touch filters that are not fixed, as they would be padded in every run, nor
// add more than a third, but for the only block of what is made of four blocks or more; and only ops that
// make finite numbers of the zeros follow.
Graph fill_channels(const Graph& typed,
                    const std::function<std::int64_t(const Graph&, const Node&)>& block_of);

}  // namespace tenon
