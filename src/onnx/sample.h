// Elements of images [N, C, S…] at places that values say.
#pragma once

#include "onnx/call.h"

namespace tenon::onnx {

// x's elements in the images `image` at `places`, one value a spatial axis: all broadcast to the shape of the
// result, in which the channels stand where `channel` counts them. Places are inside.
Value elements_at(const Call& call, Value x, Value image, Value channel, const std::vector<Value>& places);

// The weight of a place at this distance in a cubic convolution with the parameter a.
Value cubic_weight(Value distance, double a);

}  // namespace tenon::onnx
