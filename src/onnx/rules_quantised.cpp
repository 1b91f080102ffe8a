#include "onnx/quantised.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "onnx/windows.h"

// Quantised tensors and products of them, whose sums are exact in 32 bits.
namespace tenon::onnx {

namespace {
std::vector<Item> quantising(const Call& call) {
  const Value x = call.input(0);
  const Quantisation how =
      quantisation_of(call, x, 1, 2, call.integer("axis", 1), call.integer("block_size", 0));
  const DType dtype = type_of(how, call.dtype("output_dtype", DType::u8));
  return {quantised(is_float(x.dtype()) ? x : cast(x, DType::f32), how, dtype)};
}

std::vector<Item> dequantising(const Call& call) {
  const Value x = call.input(0);
  const Quantisation how =
      quantisation_of(call, x, 1, 2, call.integer("axis", 1), call.integer("block_size", 0));
  return {dequantised(x, how, call.dtype("output_dtype", how.scale.dtype()))};
}

// To u8 by the range of the elements, which takes in 0.
std::vector<Item> quantising_by_range(const Call& call) {
  const Value x = call.input(0);
  const Value least = minimum(reduce_min(x), 0.0), most = maximum(reduce_max(x), 0.0);
  const Value scale = (most - least) / 255.0;
  const Value zero = cast(round(clamp(neg(least) / scale, 0.0, 255.0)), DType::u8);
  return {quantised(x, {scale, zero}, DType::u8), scale, zero};
}

// One for each row, where a left operand has several.
Value by_row(Value parameter) {
  const bool is_vector = parameter.defined() && parameter.rank() == 1;
  return is_vector ? reshape(parameter, Ints{-1, 1}) : parameter;
}

// One for each output channel of a convolution's filters or results.
Value by_channel(Value parameter, std::int64_t axis, std::int64_t rank) {
  const bool is_vector = parameter.defined() && parameter.rank() == 1;
  return is_vector ? along(parameter, axis, rank) : parameter;
}

Value single(const Call& call, std::size_t input) {
  const Value value = call.input_or(input);
  const bool is_one = value.defined() && value.type().concrete() && value.type().size() == 1;
  return is_one ? as_scalar(value) : value;
}

std::vector<Item> integer_product(const Call& call) {
  return {matmul(centred(call.input(0), by_row(single(call, 2))), centred(call.input(1), single(call, 3)))};
}

std::vector<Item> quantised_product(const Call& call) {
  const Quantisation a = quantisation_of(call, 1, 2), b = quantisation_of(call, 4, 5),
                     y = quantisation_of(call, 6, 7);
  const Value sums = matmul(centred(call.input(0), by_row(a.zero)), centred(call.input(3), b.zero));
  const Value scale = by_row(y.scale) / (by_row(a.scale) * b.scale);
  return {quantised(cast(sums, DType::f32), {scale, by_row(y.zero)}, type_of(y, call.input(0).dtype()))};
}

ConvOptions options_of(const Call& call, Value x, Value w) {
  const Windows windows = windows_of(call, x.type(), kernel_of(call, &w.type()));
  return {windows.strides, windows.dilations, windows.pads_low, windows.pads_high, call.integer("group", 1)};
}

std::vector<Item> integer_convolution(const Call& call) {
  const Value x = call.input(0), w = call.input(1);
  const Value w_zero = by_channel(single(call, 3), 0, w.rank());
  return {conv(centred(x, single(call, 2)), centred(w, w_zero), options_of(call, x, w))};
}

std::vector<Item> quantised_convolution(const Call& call) {
  const Value x = call.input(0), w = call.input(3);
  const Quantisation of_x = quantisation_of(call, 1, 2), of_w = quantisation_of(call, 4, 5),
                     of_y = quantisation_of(call, 6, 7);
  Value sums =
      conv(centred(x, of_x.zero), centred(w, by_channel(of_w.zero, 0, w.rank())), options_of(call, x, w));
  if (call.has(8)) sums = sums + along(call.input(8), 1, x.rank());
  const Value scale = of_y.scale / (of_x.scale * by_channel(of_w.scale, 1, x.rank()));
  return {quantised(cast(sums, DType::f32), {scale, of_y.zero}, type_of(of_y, x.dtype()))};
}
}  // namespace

void add_quantised_rules(Rules& rules) {
  rules.add("ConvInteger", integer_convolution);
  rules.add("DequantizeLinear", dequantising);
  rules.add("DynamicQuantizeLinear", quantising_by_range);
  rules.add("MatMulInteger", integer_product);
  rules.add("QLinearConv", quantised_convolution);
  rules.add("QLinearMatMul", quantised_product);
  rules.add("QuantizeLinear", quantising);
  rules.add("com.microsoft", "DequantizeLinear", dequantising);
  rules.add("com.microsoft", "QuantizeLinear", quantising);
}

}  // namespace tenon::onnx
