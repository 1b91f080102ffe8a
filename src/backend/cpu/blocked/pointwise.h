// 1x1 convolutions of images in blocks of 16 channels.
#pragma once

#include <cstddef>

#include "backend/cpu/blocked/product.h"

namespace tenon::pointwise {

struct Shape {
  std::int64_t images, channels, filters;  // of both a multiple of the block
  std::int64_t height, width;              // of an image
  std::int64_t stride;                     // 1 or 2, along both axes

  std::int64_t out_height() const { return (height + stride - 1) / stride; }
  std::int64_t out_width() const { return (width + stride - 1) / stride; }
};

// The filters [filters, channels] as they are read: panel by panel.
void pack(const float* filters, std::int64_t count, std::int64_t channels, float* packed);

struct Arguments {
  const float* x;
  const float* packed;
  float* y;
  blocked::Epilogue epilogue;
};
void run(const Shape& shape, const Arguments& arguments, int threads);

}  // namespace tenon::pointwise
