// 3x3 convolutions by our own Winograd kernels, in the place of the library.
#pragma once

#include "backend/backend.h"
#include "backend/cpu/onednn/parts.h"

namespace tenon::cpu {

// How the filters of such a convolution are packed; empty where it is none, or one that the kernels do not
// take.
std::optional<Packing> winograd_packing(const Parts& parts);
// The tile that a layout of packed filters is for; 0 where they are not for these kernels.
std::int64_t winograd_tile(std::string_view layout);

// `shape` is that of the filters.
std::unique_ptr<Step> make_winograd_pack(const Shape& shape, std::int64_t tile);
// Of a convolution whose filters were packed so. `places` among the step's addresses are those of the image,
// the filters, each operand of the epilogue and the result.
std::unique_ptr<Step> make_winograd_step(const Parts& parts, const std::vector<std::uint32_t>& places,
                                         int threads);

}  // namespace tenon::cpu
