// Contractions by our own kernels in the place of the library, where they are faster.
#pragma once

#include "backend/backend.h"
#include "backend/cpu/onednn/parts.h"

namespace tenon::cpu {

// The kernel that weights packed in this layout are for.
OwnKernel own_kernel(std::string_view layout);

// The kernels that can do a contraction, by the layouts that they want its weights in. Those that are better
// than the library stand before it, which is the empty one; those that are not behind.
std::vector<std::string> own_ways(const Parts& parts);
Packing own_packing(const Parts& parts, OwnKernel kernel);

std::unique_ptr<Step> make_own_pack(const Type& weights, OwnKernel kernel);
// Of a contraction whose weights were packed so. `places` among the step's addresses are those of the image,
// the weights, each operand of the epilogue and the result.
std::unique_ptr<Step> make_own_step(const Parts& parts, const std::vector<std::uint32_t>& places,
                                    int threads);

}  // namespace tenon::cpu
