// Convolutions by our own kernels for images in blocks, in the place of the library: 3x3 ones by Winograd's
// way, and 1x1 ones.
#pragma once

#include "backend/backend.h"
#include "backend/cpu/onednn/parts.h"

namespace tenon::cpu {

// The kernel that filters packed in this layout are for.
OwnKernel own_kernel(std::string_view layout);

// How the filters of a convolution are packed that one of the kernels does; empty where none is better than
// the library.
std::optional<Packing> own_packing(const Parts& parts);

// `shape` is that of the filters.
std::unique_ptr<Step> make_own_pack(const Shape& shape, OwnKernel kernel);
// Of a convolution whose filters were packed so. `places` among the step's addresses are those of the image,
// the filters, each operand of the epilogue and the result.
std::unique_ptr<Step> make_own_convolution(const Parts& parts, const std::vector<std::uint32_t>& places,
                                           int threads);

}  // namespace tenon::cpu
