#include "op/window.h"

#include <algorithm>

namespace tenon {

namespace {
// Larger windows than any tensor could hold would only make the arithmetic overflow.
constexpr std::int64_t kLargest = std::int64_t{1} << 30;

Ints filled(const Ints& given, std::size_t rank, std::int64_t fallback) {
  return given.empty() ? Ints(rank, fallback) : given;
}
}  // namespace

std::vector<AttrSpec> window_attrs() {
  std::vector<AttrSpec> attrs;
  for (const char* name : {"strides", "dilations", "pads_low", "pads_high"})
    attrs.push_back({name, AttrKind::ints, Ints{}});
  return attrs;
}

Window window_of(const Attrs& attrs, Ints kernel) {
  const std::size_t rank = kernel.size();
  return {std::move(kernel), filled(attrs.ints("strides"), rank, 1), filled(attrs.ints("dilations"), rank, 1),
          filled(attrs.ints("pads_low"), rank, 0), filled(attrs.ints("pads_high"), rank, 0)};
}

void check_window(const TypeContext& context, const Window& window) {
  const auto check = [&](std::string_view name, const Ints& values, std::int64_t least) {
    context.require(values.size() == window.rank(), name, " ", values, " must have ", window.rank(),
                    " entries, one for each spatial axis");
    for (const std::int64_t value : values)
      context.require(value >= least && value <= kLargest, name, " ", values, " must be from ", least, " to ",
                      kLargest);
  };
  check("kernel", window.kernel, 1);
  check("strides", window.strides, 1);
  check("dilations", window.dilations, 1);
  check("pads_low", window.pads_low, 0);
  check("pads_high", window.pads_high, 0);
}

std::int64_t window_count(const TypeContext& context, const Window& window, std::size_t axis,
                          std::int64_t size) {
  const std::int64_t padded = checked_add(context, size, window.pads_low[axis] + window.pads_high[axis]);
  const std::int64_t room = padded - window.reach(axis);
  context.require(room >= 0, "a window that reaches over ", window.reach(axis), " does not fit into the ",
                  padded, " of spatial axis ", axis, " and its padding");
  const std::int64_t stride = window.strides[axis];
  const std::int64_t last = room / stride;
  // The next window would start so far behind the last one: inside, or not.
  const std::int64_t left = size + window.pads_low[axis] - last * stride;
  const bool extra = window.ceil && room % stride != 0 && stride < left;
  return last + 1 + (extra ? 1 : 0);
}

Taps::Taps(const Window& window, Shape in, Shape out)
    : window_(window),
      in_(std::move(in)),
      out_(std::move(out)),
      places_(element_count(window_.kernel)),
      positions_(element_count(out_)),
      plane_(element_count(in_)) {}

namespace {
// The digits of a position in row-major order.
Shape unravel(std::int64_t position, const Shape& shape) {
  Shape digits(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0; position /= shape[axis])
    digits[axis] = position % shape[axis];
  return digits;
}

void step(Shape& digits, const Shape& shape) {
  for (std::size_t axis = shape.size(); axis-- > 0; digits[axis] = 0)
    if (++digits[axis] < shape[axis]) return;
}
}  // namespace

Ints Taps::offsets(std::int64_t place, std::int64_t begin, std::int64_t end) const {
  Ints offsets;
  if (begin == end) return offsets;
  offsets.reserve(static_cast<std::size_t>(end - begin));
  const Shape within = unravel(place, window_.kernel);
  Shape position = unravel(begin, out_);
  for (std::int64_t i = begin; i < end; ++i, step(position, out_)) {
    std::int64_t offset = 0;
    for (std::size_t axis = 0; axis < in_.size() && offset != kOutside; ++axis) {
      const std::int64_t at = position[axis] * window_.strides[axis] - window_.pads_low[axis] +
                              within[axis] * window_.dilations[axis];
      offset = at < 0 || at >= in_[axis] ? kOutside : offset * in_[axis] + at;
    }
    offsets.push_back(offset);
  }
  return offsets;
}

Ints Taps::counts(bool padded) const {
  Ints counts(static_cast<std::size_t>(positions()), 0);
  Shape sizes = in_;
  Window window = window_;
  // Padding that counts is input like any other.
  if (padded)
    for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
      sizes[axis] += window.pads_low[axis] + window.pads_high[axis];
      window.pads_low[axis] = 0;
    }
  const Taps taps(window, sizes, out_);
  for (std::int64_t place = 0; place < places(); ++place) {
    const Ints at = taps.offsets(place, 0, positions());
    for (std::size_t i = 0; i < at.size(); ++i) counts[i] += at[i] != kOutside;
  }
  return counts;
}

Shape spatial_shape(const Tensor& tensor) { return {tensor.shape().begin() + 2, tensor.shape().end()}; }
std::vector<Dim> spatial_dims(const Type& type) { return {type.dims.begin() + 2, type.dims.end()}; }

}  // namespace tenon
