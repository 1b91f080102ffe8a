#include "onnx/rules.h"
#include "onnx/windows.h"

// Pools.
namespace tenon::onnx {

namespace {
PoolOptions options_of(const Call& call, const Value& x) {
  const Windows windows = windows_of(call, x.type(), kernel_of(call, nullptr));
  return {windows.kernel,
          windows.strides,
          windows.dilations,
          windows.pads_low,
          windows.pads_high,
          call.flag("ceil_mode"),
          call.flag("count_include_pad")};
}

std::vector<Item> average(const Call& call) {
  const Value x = call.input(0);
  return {avg_pool(x, options_of(call, x))};
}

// Where a maximum is, as ONNX counts: in the whole tensor, row-major or, with storage_order 1, with the last
// two axes' order reversed.
Value places_of(const Call& call, Value x, const PoolOptions& options) {
  call.require(x.type().concrete(), "the places of maxima need a known shape: give the shape of the model's ",
               "input");
  call.require(options.kernel.size() <= 2 || !call.flag("storage_order"),
               "storage_order is only supported for two spatial axes");
  const Shape shape = x.type().shape();
  const std::size_t rank = shape.size();
  Ints strides(rank, 1);
  for (std::size_t axis = rank - 1; axis-- > 0;) strides[axis] = strides[axis + 1] * shape[axis + 1];
  if (call.flag("storage_order") && rank == 4) strides[3] = shape[2], strides[2] = 1;

  const Pooled pooled = max_pool(x, options);
  Value place = cast(pooled.window, DType::i64);
  const Shape out = pooled.values.type().shape();
  Value total = scalar_like(0, place);
  for (std::size_t axis = rank; axis-- > 2;) {
    const std::size_t i = axis - 2;
    const double size = static_cast<double>(options.kernel[i]);
    const double dilation = options.dilations.empty() ? 1 : static_cast<double>(options.dilations[i]);
    const Value in_window = rem(place, size) * dilation;
    place = div(place, size);
    const Value start =
        iota(call.graph(), out, static_cast<std::int64_t>(axis)) * static_cast<double>(options.strides[i]) -
        static_cast<double>(options.pads_low[i]);
    total = total + (start + in_window) * static_cast<double>(strides[axis]);
  }
  for (std::size_t axis = 0; axis < 2; ++axis)
    total =
        total + iota(call.graph(), out, static_cast<std::int64_t>(axis)) * static_cast<double>(strides[axis]);
  return total;
}

std::vector<Item> maximum_pool(const Call& call) {
  const Value x = call.input(0);
  const PoolOptions options = options_of(call, x);
  std::vector<Item> results{max_pool(x, options).values};
  if (call.wants(1)) results.emplace_back(places_of(call, x, options));
  return results;
}

Ints spatial_axes(const Value& x) {
  Ints axes;
  for (std::int64_t axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
  return axes;
}

std::vector<Item> global_average(const Call& call) {
  const Value x = call.input(0);
  return {x.rank() > 2 ? reduce_mean(x, spatial_axes(x), true) : x};
}

std::vector<Item> global_maximum(const Call& call) {
  const Value x = call.input(0);
  return {x.rank() > 2 ? reduce_max(x, spatial_axes(x), true) : x};
}
}  // namespace

void add_pooling_rules(Rules& rules) {
  rules.add("AveragePool", average);
  rules.add("GlobalAveragePool", global_average);
  rules.add("GlobalMaxPool", global_maximum);
  rules.add("MaxPool", maximum_pool);
}

}  // namespace tenon::onnx
