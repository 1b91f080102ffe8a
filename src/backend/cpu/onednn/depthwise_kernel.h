// Convolutions of each channel by itself, by our own kernel for images in blocks.
#pragma once

#include "backend/backend.h"
#include "backend/cpu/onednn/parts.h"

namespace tenon::cpu {

// Whether the kernel does a convolution at all, and whether it does it better than the library.
bool fits_depthwise_kernel(const Parts& parts);
bool gains_by_depthwise_kernel(const Parts& parts);

std::size_t depthwise_filter_bytes(const Type& filters);
std::unique_ptr<Step> make_depthwise_pack(const Type& filters);
// Of a convolution whose filters were packed so. `places` among the step's addresses are those of the image,
// the filters, each operand of the epilogue and the result.
std::unique_ptr<Step> make_depthwise_step(const Parts& parts, const std::vector<std::uint32_t>& places,
                                          int threads);

}  // namespace tenon::cpu
