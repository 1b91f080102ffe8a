// Contractions by our own kernels in the place of the library, where they are faster.
#pragma once

#include "backend/backend.h"
#include "backend/cpu/onednn/parts.h"

namespace tenon::cpu {

// The kernel that weights packed in this layout are for.
OwnKernel own_kernel(std::string_view layout);

// How the weights of a contraction are packed that one of the kernels does; empty where none is better than
// the library.
std::optional<Packing> own_packing(const Parts& parts);

std::unique_ptr<Step> make_own_pack(const Type& weights, OwnKernel kernel);
// Of a contraction whose weights were packed so. `places` among the step's addresses are those of the image,
// the weights, each operand of the epilogue and the result.
std::unique_ptr<Step> make_own_step(const Parts& parts, const std::vector<std::uint32_t>& places,
                                    int threads);

}  // namespace tenon::cpu
