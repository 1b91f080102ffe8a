// Contractions in the terms of our own kernels.
#pragma once

#include "backend/cpu/matrix/convolution.h"
#include "backend/cpu/onednn/ending.h"

namespace tenon::cpu {

std::optional<matrix::Number> number_of(DType dtype);

// Of a convolution: an axis of the image.
matrix::Axis axis_of(const Attrs& attrs, std::size_t axis, std::int64_t kernel);
bool pads_with_zeros(const Attrs& attrs);  // and cuts nothing off

// Whether the operands of the epilogue are of types that the kernels know.
bool knows_operands(const Parts& parts, const Ending& ending);
// Without the addresses.
matrix::Epilogue epilogue_of(const Parts& parts, const Ending& ending);

}  // namespace tenon::cpu
