#include "onnx/rules.h"
#include "onnx/shapes.h"
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
// The p-th root of the sum of the p-th powers. The average over a window divides by its size throughout.
Value root(Value powers, double p) { return p == 1 ? powers : p == 2 ? sqrt(powers) : pow(powers, 1 / p); }
Value power(Value x, double p) { return p == 1 ? abs(x) : p == 2 ? x * x : pow(abs(x), p); }

// `p` was a number in the first opset.
double exponent_of(const Call& call) {
  return call.opset() < 2 ? call.number("p", 2.0) : static_cast<double>(call.integer("p", 2));
}

// Zeros behind the image in the place of `ceil`: as many as a last window may reach beyond it.
void widen_to_last(const Call& call, PoolOptions& options) {
  for (std::size_t i = 0; i < options.kernel.size(); ++i) {
    const std::int64_t dilation = options.dilations.empty() ? 1 : options.dilations[i];
    options.pads_high[i] += options.strides[i] - 1;
    call.require(options.pads_high[i] <= (options.kernel[i] - 1) * dilation,
                 "ceil_mode is not supported where a window could lie behind the image as a whole");
  }
  options.ceil = false;
}

std::vector<Item> norm_pool(const Call& call) {
  const Value x = call.input(0);
  PoolOptions options = options_of(call, x);
  if (options.ceil) widen_to_last(call, options);
  options.count_pad = true;
  double places = 1;
  for (const std::int64_t size : options.kernel) places *= static_cast<double>(size);
  const double p = exponent_of(call);
  return {root(avg_pool(power(x, p), options) * places, p)};
}

std::vector<Item> global_norm(const Call& call) {
  const Value x = call.input(0);
  const double p = exponent_of(call);
  return {root(reduce_sum(power(x, p), spatial_axes(x), true), p)};
}

// Elements put to the places that a pool found them at, counted in the whole tensor that it pooled. A result
// that is asked to be larger has zeros behind it.
std::vector<Item> unpooling(const Call& call) {
  const Value x = call.input(0);
  const Windows windows = windows_of(call, x.type(), kernel_of(call, nullptr));
  std::vector<Value> sizes{size_of_axis(call, x, 0), size_of_axis(call, x, 1)};
  for (std::size_t i = 0; i < windows.kernel.size(); ++i) {
    const std::int64_t more = windows.kernel[i] - windows.pads_low[i] - windows.pads_high[i];
    const Value steps = (size_of_axis(call, x, static_cast<std::int64_t>(i) + 2) - 1.0);
    sizes.push_back(steps * static_cast<double>(windows.strides[i]) + static_cast<double>(more));
  }
  const Value shape = constant_if_known(call, concat(sizes, 0));
  const Value count = constant_if_known(call, reduce_prod(shape, {0}, true));
  const Value zeros = stretched(call, scalar_like(0, x), count);
  const Value y = reshaped(call, scatter(zeros, flat(call.input(1)), flat(x)), shape);
  if (!call.has(2)) return {y};
  const Operand64 wanted = call.operand(2);
  const Value more = (wanted.known ? call.integers(*wanted.known) : wanted.value) - shape;
  const auto known = call.known(more);
  if (!known) return {pad(y, call.integers(Ints(static_cast<std::size_t>(x.rank()), 0)), more)};
  const auto amounts = known->as<std::int64_t>();
  return {pad(y, {Ints(amounts.size(), 0), Ints(amounts.begin(), amounts.end())})};
}
}  // namespace

void add_pooling_rules(Rules& rules) {
  rules.add("AveragePool", average);
  rules.add("GlobalAveragePool", global_average);
  rules.add("GlobalMaxPool", global_maximum);
  rules.add("GlobalLpPool", global_norm);
  rules.add("LpPool", norm_pool);
  rules.add("MaxPool", maximum_pool);
  rules.add("MaxUnpool", unpooling);
}

}  // namespace tenon::onnx
