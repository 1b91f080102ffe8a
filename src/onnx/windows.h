// Windows that slide, as ONNX's convolutions and pools say them.
#pragma once

#include "onnx/call.h"

namespace tenon::onnx {

// The attributes of a convolution or a pool over images of `x`'s type by windows of these sizes.
struct Windows {
  Ints kernel;
  Ints strides;
  Ints dilations;
  Ints pads_low;
  Ints pads_high;
};

// `auto_pad` SAME_* needs the sizes of the image where its strides are not 1.
Windows windows_of(const Call& call, const Type& x, const Ints& kernel);
// The sizes of a window, by the attribute kernel_shape or from the filters.
Ints kernel_of(const Call& call, const Type* filters);

}  // namespace tenon::onnx
