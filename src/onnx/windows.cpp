#include "onnx/windows.h"

#include <cstdlib>

namespace tenon::onnx {

namespace {
constexpr std::int64_t kFarthest = INT32_MAX;

void require_sane(const Call& call, std::int64_t kernel, std::int64_t stride, std::int64_t dilation) {
  call.require(kernel >= 1 && stride >= 1 && dilation >= 1, "window, strides and dilations are at least 1");
  std::int64_t reach = 0;
  const bool overflows = __builtin_mul_overflow(kernel - 1, dilation, &reach);
  call.require(!overflows && reach < kFarthest && stride <= kFarthest, "its window reaches too far");
}

struct Pads {
  std::int64_t low;
  std::int64_t high;
};

// So much padding that there is a window for each `stride` places.
Pads same_pads(const Call& call, Dim size, std::int64_t stride, std::int64_t reach, bool upper) {
  std::int64_t total = reach - 1;
  if (stride != 1) {
    call.require(size.is_constant(), "auto_pad with a stride needs the size of the image: give the shape of ",
                 "the model's input");
    call.require(size.constant() <= kFarthest, "its image is too large");
    const std::int64_t windows = (size.constant() + stride - 1) / stride;
    total = std::max<std::int64_t>((windows - 1) * stride + reach - size.constant(), 0);
  }
  return upper ? Pads{total / 2, total - total / 2} : Pads{total - total / 2, total / 2};
}
}  // namespace

Ints kernel_of(const Call& call, const Type* filters) {
  Ints kernel = call.ints("kernel_shape");
  if (!kernel.empty()) return kernel;
  call.require(filters != nullptr, "its attribute 'kernel_shape' is missing");
  call.require(filters->ranked && filters->rank() > 2, "its filters are ", *filters,
               ": they need an axis of outputs, one of inputs, and the window's");
  for (std::size_t axis = 2; axis < filters->dims.size(); ++axis) {
    call.require(filters->dims[axis].is_constant(), "the sizes of its filters are not known");
    kernel.push_back(filters->dims[axis].constant());
  }
  return kernel;
}

Windows windows_of(const Call& call, const Type& x, const Ints& kernel) {
  const std::size_t rank = kernel.size();
  call.require(!x.ranked || x.rank() == static_cast<std::int64_t>(rank) + 2, "its image is ", x,
               ", and its window has ", rank, " axes");
  Windows windows{kernel, call.ints("strides", Ints(rank, 1)), call.ints("dilations", Ints(rank, 1)),
                  Ints(rank, 0), Ints(rank, 0)};
  call.require(windows.strides.size() == rank && windows.dilations.size() == rank,
               "strides and dilations need ", rank, " entries");
  for (std::size_t axis = 0; axis < rank; ++axis)
    require_sane(call, kernel[axis], windows.strides[axis], windows.dilations[axis]);
  const std::string automatic = call.text("auto_pad", "NOTSET");
  if (automatic == "NOTSET") {
    const Ints pads = call.ints("pads", Ints(2 * rank, 0));
    call.require(pads.size() == 2 * rank, "pads need ", 2 * rank, " entries");
    for (const std::int64_t pad : pads) call.require(std::abs(pad) <= kFarthest, "its pads reach too far");
    windows.pads_low.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(rank));
    windows.pads_high.assign(pads.begin() + static_cast<std::ptrdiff_t>(rank), pads.end());
    return windows;
  }
  if (automatic == "VALID") return windows;
  call.require(automatic == "SAME_UPPER" || automatic == "SAME_LOWER", "there is no auto_pad '", automatic,
               "'");
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const Dim size = x.ranked ? x.dims[axis + 2] : Dim::unknown();
    const std::int64_t reach = (kernel[axis] - 1) * windows.dilations[axis];
    const Pads pads = same_pads(call, size, windows.strides[axis], reach + 1, automatic == "SAME_UPPER");
    windows.pads_low[axis] = pads.low;
    windows.pads_high[axis] = pads.high;
  }
  return windows;
}

}  // namespace tenon::onnx
