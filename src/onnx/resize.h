// Resizing, axis by axis: which places of an axis each new place is made from, and with which weights.
#pragma once

#include "onnx/call.h"

namespace tenon::onnx {

struct ResizeMode {
  std::string filter;       // nearest, linear or cubic
  std::string coordinates;  // how a new place becomes a coordinate of the old axis
  std::string nearest;      // how a coordinate is rounded
  double cubic = -0.75;
  bool exclude_outside = false;  // places outside have no weight, instead of that of the edge
  bool antialias = false;        // where an axis shrinks, the filter widens
  bool extrapolates = false;
};

struct ResizedAxis {
  std::int64_t axis;
  Value old_size;  // i64[1]
  Value new_size;  // i64[1]
  Value scale;     // f64[1]
  Value begin;     // f64[1], of the part that tf_crop_and_resize takes, in [0, 1]; else undefined
  Value end;
};

// The coordinates of the new places on the old axis, f64[new size].
Value coordinates_of(const Call& call, const ResizeMode& mode, const ResizedAxis& axis);
Value resize_axis(const Call& call, Value x, const ResizeMode& mode, const ResizedAxis& axis);

}  // namespace tenon::onnx
