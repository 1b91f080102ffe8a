// Products over images in blocks of 16 channels: the heart of Winograd's and of 1x1 convolutions. All of this
// folder is to be called only where it is available.
#pragma once

#include <cstdint>
#include <limits>

namespace tenon::blocked {

bool available();  // whether this processor runs these kernels

inline constexpr std::int64_t kBlock = 16;  // channels of an image that lie side by side

// Filters lie in panels of 32, or of 16 where these do not fill one: a panel channel by channel.
std::int64_t panel_width(std::int64_t filters);

// What is done to a result before it is stored: NaN stays NaN.
struct Epilogue {
  const float* bias = nullptr;   // one a filter
  const float* added = nullptr;  // laid out as the result, which may be the same memory
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

// For each pixel and each filter of a panel the sum over the channels. A pixel of `image` lies `step` blocks
// after the one before it, one of `out` one; the next 16 channels or filters begin at the given strides.
struct Product {
  const float* image;
  std::int64_t channels, image_stride;
  std::int64_t step;  // 1 or 2
  const float* panel;
  std::int64_t width;  // of the panel
  float* out;
  std::int64_t out_stride;
  std::int64_t pixels;
  const Epilogue* epilogue = nullptr;  // its pointers are those of the panel's first filter and pixel
};
void multiply(const Product& product);

}  // namespace tenon::blocked
