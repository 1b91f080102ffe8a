// Contractions: products summed over an axis or a window.
#pragma once

#include <optional>

#include "tenon/graph.h"

namespace tenon {

// The products of narrow operands may be summed into a wider result, rounded once: bf16 or f16 into f32, and
// u8 or i8, which the two operands may be in any mixture, into i32.
struct MatmulOptions {
  bool transpose_a = false;  // the last two axes swapped
  bool transpose_b = false;
  std::optional<DType> result = {};  // the operands' where none is given
};
// Of matrices in the last two axes; the axes before them broadcast.
Value matmul(Value a, Value b, MatmulOptions options = {});

struct ConvOptions {    // one entry a spatial axis
  Ints strides = {};    // 1 where empty
  Ints dilations = {};  // the step between two places of the kernel; 1 where empty
  Ints pads_low = {};   // 0 where empty
  Ints pads_high = {};
  std::int64_t groups = 1;
  std::optional<DType> result = {};  // of conv alone, as of a matrix product
};
// Of images x [N, C, S…] and filters w [K, C/groups, k…] to [N, K, O…]; any number of spatial axes.
Value conv(Value x, Value w, const ConvOptions& options = {});
// From [N, K, O…] to images of the smallest spatial size that conv takes to O…, or of `output`.
Value conv_transpose(Value dy, Value w, const ConvOptions& options = {}, const Ints& output = {});
// The gradients of conv: to an image like `like`, and to filters of the sizes `kernel` or like `like`.
Value conv_transpose_like(Value dy, Value w, Value like, const ConvOptions& options = {});
Value conv_filter(Value x, Value dy, const Ints& kernel, const ConvOptions& options = {});
Value conv_filter_like(Value x, Value dy, Value like, const ConvOptions& options = {});

}  // namespace tenon
