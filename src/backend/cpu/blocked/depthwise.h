// Convolutions of each channel by itself, of images in blocks of 16 channels. Numbers of bf16 are summed in
// f32.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/cpu/matrix/convolution.h"

namespace tenon::depthwise {

using matrix::Axis;
using matrix::Epilogue;
using matrix::Number;

struct Image {
  Number number = Number::f32;
  std::int64_t height = 1, width = 1;

  std::int64_t pixels() const { return height * width; }
};

// With zeros around the image; `channels` is a multiple of the block.
struct Shape {
  std::int64_t images, channels;
  Image x, y;
  Axis down, across;

  std::int64_t taps() const { return down.kernel * across.kernel; }
};

// Kernels of 3, 5 or 7 places across, of any number down; strides 1 or 2; results whose middle tap meets the
// image.
bool fits(const Shape& shape);

// The filters [channels, 1, rows, columns] as they are read: a block of channels tap by tap.
struct Filters {
  const void* numbers;
  Number number;
  std::int64_t channels, taps;
};
void pack(const Filters& filters, float* packed);

struct Arguments {
  const void* x;
  const float* packed;
  void* y;
  Epilogue epilogue;
};
void run(const Shape& shape, const Arguments& arguments, int threads);

}  // namespace tenon::depthwise
