// Integers that stand for numbers: q stands for (q - zero point) · scale.
#pragma once

#include "onnx/call.h"

namespace tenon::onnx {

struct Quantisation {
  Value scale;
  Value zero;  // undefined: 0
};

// Of the inputs `scale` and `zero`, shaped so that they broadcast to x: one for all, one for each place of
// the axis or, where there is a block size, one for each block of places of the axis.
Quantisation quantisation_of(const Call& call, Value x, std::size_t scale, std::size_t zero,
                             std::int64_t axis, std::int64_t block = 0);
// Shaped as the inputs are.
Quantisation quantisation_of(const Call& call, std::size_t scale, std::size_t zero);

// Of the zero point, where there is one.
DType type_of(const Quantisation& how, DType otherwise);
Value dequantised(Value x, const Quantisation& how, DType dtype);
Value quantised(Value x, const Quantisation& how, DType dtype);  // rounds half to even and saturates
// The integers less their zero point, for sums of products that are exact.
Value centred(Value x, Value zero);

}  // namespace tenon::onnx
