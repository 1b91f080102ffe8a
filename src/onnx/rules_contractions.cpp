#include <algorithm>

#include "onnx/rules.h"
#include "onnx/windows.h"
#include "op/writing.h"

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

Value convolved(const Call& call, Value x, Value w) {
  const Windows windows = windows_of(call, x.type(), kernel_of(call, &w.type()));
  const Value y = conv(x, w, options_of(call, windows));
  return call.has(2) ? y + by_channel(call.input(2), windows.kernel.size()) : y;
}

std::vector<Item> convolution(const Call& call) { return {convolved(call, call.input(0), call.input(1))}; }

// Of images [N, H, W, C] with filters [out, kernel…, in / groups].
std::vector<Item> channels_last_convolution(const Call& call) {
  const Value x = call.input(0), w = call.input(1);
  call.require(x.rank() == 4 && w.rank() == 4, "its image is ", x.type(), " and its filters are ", w.type());
  const Value y = convolved(call, transpose(x, {0, 3, 1, 2}), transpose(w, {0, 3, 1, 2}));
  return {transpose(y, {0, 2, 3, 1})};
}

// How many places are cut off an image at each end; where that is less than nothing, zeros are put there.
struct Cut {
  std::int64_t low;
  std::int64_t high;
};

// More of it at the beginning, unless auto_pad says SAME_UPPER.
Cut shared_out(std::int64_t total, const std::string& automatic) {
  const std::int64_t less = total / 2;
  return automatic == "SAME_UPPER" ? Cut{less, total - less} : Cut{total - less, less};
}

// `reach` is of a window, `extra` the output's padding.
Cut cut_of(const Call& call, const Type& x, const Windows& windows, std::size_t axis, std::int64_t extra) {
  const std::int64_t reach = (windows.kernel[axis] - 1) * windows.dilations[axis] + 1;
  const std::int64_t stride = windows.strides[axis];
  const std::string automatic = call.text("auto_pad", "NOTSET");
  const Ints wanted = call.ints("output_shape");
  if (!wanted.empty()) {
    const Dim size = x.ranked ? x.dims[axis + 2] : Dim::unknown();
    call.require(size.is_constant() && size.constant() <= INT32_MAX,
                 "output_shape needs the size of the image: give the shape of the model's input");
    const std::int64_t target = wanted[wanted.size() - windows.kernel.size() + axis];
    call.require(target >= 0 && target <= INT32_MAX, "an output_shape is ", target);
    const std::int64_t total = (size.constant() - 1) * stride + reach + extra - target;
    Cut cut = shared_out(std::max<std::int64_t>(total, 0), automatic);
    cut.high += std::min<std::int64_t>(total, 0);
    return {cut.low, cut.high - extra};
  }
  const bool same = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  const Cut cut = same ? shared_out(std::max<std::int64_t>(reach + extra - stride, 0), automatic)
                       : Cut{windows.pads_low[axis], windows.pads_high[axis]};
  return {cut.low, cut.high - extra};
}

std::vector<Item> transposed_convolution(const Call& call) {
  const Value x = call.input(0), w = call.input(1);
  const Windows windows = windows_of(call, x.type(), kernel_of(call, &w.type()));
  const std::size_t spatial = windows.kernel.size();
  const Ints extra = call.ints("output_padding", Ints(spatial, 0));
  const Ints wanted = call.ints("output_shape");
  call.require(extra.size() == spatial && (wanted.empty() || wanted.size() >= spatial),
               "output_padding and output_shape need ", spatial, " entries");
  for (const std::int64_t size : {std::ranges::min(extra), std::ranges::max(extra)})
    call.require(size >= 0 && size <= INT32_MAX, "an output_padding is ", size);
  ConvOptions options = options_of(call, windows);
  PadOptions zeros{Ints(spatial + 2, 0), Ints(spatial + 2, 0)};
  bool adds = false;
  for (std::size_t axis = 0; axis < spatial; ++axis) {
    const Cut cut = cut_of(call, x.type(), windows, axis, extra[axis]);
    options.pads_low[axis] = std::max<std::int64_t>(cut.low, 0);
    options.pads_high[axis] = std::max<std::int64_t>(cut.high, 0);
    zeros.low[axis + 2] = std::max<std::int64_t>(-cut.low, 0);
    zeros.high[axis + 2] = std::max<std::int64_t>(-cut.high, 0);
    adds = adds || cut.low < 0 || cut.high < 0;
  }
  Value y = conv_transpose(x, w, options);
  if (adds) y = pad(y, zeros);
  if (call.has(2)) y = y + by_channel(call.input(2), spatial);
  return {y};
}

// A vector on the left is a row, on the right a column, and its own axis is gone from the result.
Value product_of(Value a, Value b, MatmulOptions options = {}) {
  const bool is_row = a.rank() == 1, is_column = b.rank() == 1;
  if (!is_row && !is_column) return matmul(a, b, options);
  if (is_row) options.transpose_a = false;
  if (is_column) options.transpose_b = false;
  const Value y = matmul(is_row ? insert_axes(a, {0}) : a, is_column ? insert_axes(b, {1}) : b, options);
  Ints gone;
  if (is_row) gone.push_back(-2);
  if (is_column) gone.push_back(-1);
  return remove_axes(y, gone);
}

std::vector<Item> product(const Call& call) { return {product_of(call.input(0), call.input(1))}; }

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

// The axes of the batch stand between a matrix's two: [M, batch…, K].
Value batch_first(const Call& call, Value x, std::string_view flag) {
  if (!call.flag(flag)) return x;
  call.require(x.rank() > 2, flag, " needs axes of a batch");
  Ints order;
  for (std::int64_t axis = 1; axis + 1 < x.rank(); ++axis) order.push_back(axis);
  order.push_back(0);
  order.push_back(x.rank() - 1);
  return transpose(x, order);
}

std::vector<Item> fused_product(const Call& call) {
  const Value a = batch_first(call, call.input(0), "transBatchA");
  const Value b = batch_first(call, call.input(1), "transBatchB");
  return {scaled(product_of(a, b, {call.flag("transA"), call.flag("transB")}), call.number("alpha", 1.0))};
}
}  // namespace

void add_contraction_rules(Rules& rules) {
  rules.add("Conv", convolution);
  rules.add("ConvTranspose", transposed_convolution);
  rules.add("Gemm", general_product);
  rules.add("MatMul", product);
  rules.add("com.microsoft", "FusedMatMul", fused_product);
  rules.add("com.microsoft", "NhwcConv", channels_last_convolution);
  rules.add("com.microsoft", "TransposeMatMul", fused_product);
}

}  // namespace tenon::onnx
