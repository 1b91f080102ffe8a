#include <algorithm>

#include "onnx/rules.h"
#include "onnx/windows.h"

// Convolutions and products.
namespace tenon::onnx {

namespace {
ConvOptions options_of(const Call& call, const Windows& windows) {
  return {windows.strides, windows.dilations, windows.pads_low, windows.pads_high, call.integer("group", 1)};
}

// A number for each channel of an image with this many spatial axes.
Value by_channel(Value bias, std::size_t spatial) {
  Ints shape(spatial + 1, 1);
  shape[0] = -1;
  return reshape(bias, shape);
}

std::vector<Item> convolution(const Call& call) {
  const Value x = call.input(0), w = call.input(1);
  const Windows windows = windows_of(call, x.type(), kernel_of(call, &w.type()));
  const Value y = conv(x, w, options_of(call, windows));
  if (!call.has(2)) return {y};
  return {y + by_channel(call.input(2), windows.kernel.size())};
}

// What is missing to a wanted size is cut off the padding, at the end or, for SAME_LOWER, at the beginning.
struct Outward {
  Ints sizes;
  ConvOptions options;
};

Outward outward(const Call& call, const Type& x, const Windows& windows) {
  Outward result{{}, options_of(call, windows)};
  const std::size_t rank = windows.kernel.size();
  const Ints wanted = call.ints("output_shape");
  const Ints extra = call.ints("output_padding", Ints(rank, 0));
  const std::string automatic = call.text("auto_pad", "NOTSET");
  const bool same = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  call.require(extra.size() == rank && (wanted.empty() || wanted.size() >= rank),
               "output_padding and output_shape need ", rank, " entries");
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const Dim size = x.ranked ? x.dims[axis + 2] : Dim::unknown();
    call.require(size.is_constant(),
                 "the size of its image must be known: give the shape of the model's input");
    const std::int64_t reach = (windows.kernel[axis] - 1) * windows.dilations[axis] + 1;
    const std::int64_t whole = (size.constant() - 1) * windows.strides[axis] + reach + extra[axis];
    std::int64_t& low = result.options.pads_low[axis];
    std::int64_t& high = result.options.pads_high[axis];
    if (same || !wanted.empty()) {
      const std::int64_t target =
          wanted.empty() ? size.constant() * windows.strides[axis] : wanted[wanted.size() - rank + axis];
      const std::int64_t total = whole - target;
      low = automatic == "SAME_UPPER" || (!same && automatic != "SAME_LOWER") ? total / 2 : total - total / 2;
      high = total - low;
    }
    result.sizes.push_back(whole - low - high);
  }
  return result;
}

// The op says of which size an image is, and which part of it the padding hides: what hides less than nothing
// is added afterwards.
std::vector<Item> transposed_convolution(const Call& call) {
  const Value x = call.input(0), w = call.input(1);
  const Windows windows = windows_of(call, x.type(), kernel_of(call, &w.type()));
  Outward out = outward(call, x.type(), windows);
  const std::size_t spatial = windows.kernel.size();
  PadOptions after{Ints(spatial + 2, 0), Ints(spatial + 2, 0)};
  const Ints extra = call.ints("output_padding", Ints(spatial, 0));
  for (std::size_t axis = 0; axis < spatial; ++axis) {
    std::int64_t& low = out.options.pads_low[axis];
    std::int64_t& high = out.options.pads_high[axis];
    // Places beyond every window are zeros: they cannot be asked of the convolution.
    const std::int64_t beyond = std::max<std::int64_t>(extra[axis] - high - (windows.strides[axis] - 1), 0);
    after.low[axis + 2] = std::max<std::int64_t>(-low, 0);
    after.high[axis + 2] = std::max<std::int64_t>(-high, 0) + (high < 0 ? 0 : beyond);
    low = std::max<std::int64_t>(low, 0);
    high = std::max<std::int64_t>(high, 0);
    out.sizes[axis] -= after.low[axis + 2] + after.high[axis + 2];
  }
  Value y = conv_transpose(x, w, out.options, out.sizes);
  const auto is_zero = [](std::int64_t size) { return size == 0; };
  if (!std::ranges::all_of(after.low, is_zero) || !std::ranges::all_of(after.high, is_zero))
    y = pad(y, after);
  if (call.has(2)) y = y + by_channel(call.input(2), spatial);
  return {y};
}

// A product with integers that wrap as the result's type does.
std::vector<Item> product(const Call& call) { return {matmul(call.input(0), call.input(1))}; }

Value scaled(Value x, double factor) { return factor == 1.0 ? x : x * factor; }

std::vector<Item> general_product(const Call& call) {
  const Value a = call.input(0), b = call.input(1);
  const double alpha = call.number("alpha", 1.0), beta = call.number("beta", 1.0);
  const bool transpose_a = call.flag("transA"), transpose_b = call.flag("transB");
  const bool has_bias = call.has(2) && beta != 0.0;
  const bool is_layer = has_bias && alpha == 1.0 && beta == 1.0 && !transpose_a &&
                        call.input(2).type().ranked && call.input(2).rank() == 1 &&
                        !call.input(2).type().dims[0].is(1);
  if (is_layer) return {linear(a, transpose_b ? transpose(b) : b, call.input(2))};
  const Value y = scaled(matmul(a, b, {transpose_a, transpose_b}), alpha);
  return {has_bias ? y + scaled(call.input(2), beta) : y};
}

std::vector<Item> fused_product(const Call& call) {
  call.require(!call.flag("transBatchA") && !call.flag("transBatchB"),
               "transposed batches are not supported");
  return {scaled(matmul(call.input(0), call.input(1), {call.flag("transA"), call.flag("transB")}),
                 call.number("alpha", 1.0))};
}
}  // namespace

void add_contraction_rules(Rules& rules) {
  rules.add("Conv", convolution);
  rules.add("ConvTranspose", transposed_convolution);
  rules.add("Gemm", general_product);
  rules.add("MatMul", product);
  rules.add("com.microsoft", "FusedMatMul", fused_product);
  rules.add("com.microsoft", "TransposeMatMul", fused_product);
}

}  // namespace tenon::onnx
