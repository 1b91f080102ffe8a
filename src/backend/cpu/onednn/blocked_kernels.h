// Convolutions by our own kernels for images in blocks: 3x3 ones by Winograd's way, and 1x1 ones.
#pragma once

#include "backend/backend.h"
#include "backend/cpu/onednn/parts.h"

namespace tenon::cpu {

bool fits_blocked_kernel(const Parts& parts, OwnKernel kernel);
// The kernel that does a convolution better than the library; none where there is none.
OwnKernel blocked_kernel(const Parts& parts);

std::size_t blocked_filter_bytes(const Shape& filters, OwnKernel kernel);
std::unique_ptr<Step> make_blocked_pack(const Shape& filters, OwnKernel kernel);
// Of a convolution whose filters were packed so. `places` among the step's addresses are those of the image,
// the filters, each operand of the epilogue and the result.
std::unique_ptr<Step> make_blocked_convolution(const Parts& parts, const std::vector<std::uint32_t>& places,
                                               int threads);

}  // namespace tenon::cpu
