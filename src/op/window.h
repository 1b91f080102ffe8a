// Windows that slide over the spatial axes of a tensor [batch, channels, spatial…]: what convolution and
// pooling share.
#pragma once

#include <optional>

#include "op/shape_rules.h"

namespace tenon {

// One entry a spatial axis.
struct Window {
  Ints kernel;
  Ints strides;
  Ints dilations;  // the step between two places of the window
  Ints pads_low;
  Ints pads_high;
  bool ceil = false;  // a last window that is only partly inside counts too, if it starts inside

  std::size_t rank() const { return kernel.size(); }
  // How far the places of the window reach along an axis.
  std::int64_t reach(std::size_t axis) const { return dilations[axis] * (kernel[axis] - 1) + 1; }
};

// The attributes of an op with windows: strides and dilations (1 where empty), pads (0 where empty).
std::vector<AttrSpec> window_attrs();
// As those attributes say, for a kernel of these sizes.
Window window_of(const Attrs& attrs, Ints kernel);
// Fails where an attribute has not `rank` entries or is out of range; the kernel may hold unknown entries
// as 1.
void check_window(const TypeContext& context, const Window& window);

// How many places a window has along an axis of this size; fails where it does not fit in.
std::int64_t window_count(const TypeContext& context, const Window& window, std::size_t axis,
                          std::int64_t size);

// Where the places of windows lie in one plane of the input.
class Taps {
 public:
  static constexpr std::int64_t kOutside = -1;

  Taps(const Window& window, Shape in, Shape out);

  std::int64_t places() const { return places_; }        // of the window
  std::int64_t positions() const { return positions_; }  // that it takes
  std::int64_t plane() const { return plane_; }          // the elements of the input's plane

  // For the window positions [begin, end), in row-major order, the offset of the window's place number
  // `place`; kOutside where it lies in the padding.
  Ints offsets(std::int64_t place, std::int64_t begin, std::int64_t end) const;
  // How many places of each window lie in the input, or with `padded` in the input and its declared padding.
  Ints counts(bool padded) const;

 private:
  Window window_;
  Shape in_;
  Shape out_;
  std::int64_t places_;
  std::int64_t positions_;
  std::int64_t plane_;
};

// The sizes after the first two axes.
Shape spatial_shape(const Tensor& tensor);
std::vector<Dim> spatial_dims(const Type& type);

}  // namespace tenon
