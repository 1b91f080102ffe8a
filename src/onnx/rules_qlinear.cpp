#include "onnx/quantised.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "onnx/windows.h"

// Functions of quantised tensors that give quantised tensors: on the numbers that they stand for.
namespace tenon::onnx {

namespace {
constexpr DType kNumber = DType::f32;

Value number_at(const Call& call, std::size_t tensor) {
  return dequantised(call.input(tensor), quantisation_of(call, tensor + 1, tensor + 2), kNumber);
}

// Of the type of the inputs, where there is no zero point to say another.
Value result(const Call& call, Value y, std::size_t scale) {
  const Quantisation how = quantisation_of(call, scale, scale + 1);
  return quantised(y, how, type_of(how, call.input(0).dtype()));
}

template <Value (*write)(Operand, Operand)>
std::vector<Item> binary(const Call& call) {
  return {result(call, write(number_at(call, 0), number_at(call, 3)), 6)};
}

std::vector<Item> sigmoid_of(const Call& call) { return {result(call, sigmoid(number_at(call, 0)), 3)}; }

std::vector<Item> leaky_of(const Call& call) {
  return {result(call, leaky_relu(number_at(call, 0), call.number("alpha", 0.01)), 3)};
}

// Channels are the last axis or the second.
Value channels_second(const Call& call, Value x) {
  if (!call.flag("channels_last")) return x;
  Ints perm{0, x.rank() - 1};
  for (std::int64_t axis = 1; axis + 1 < x.rank(); ++axis) perm.push_back(axis);
  return transpose(x, perm);
}

Value channels_back(const Call& call, Value x) {
  if (!call.flag("channels_last")) return x;
  Ints perm{0};
  for (std::int64_t axis = 2; axis < x.rank(); ++axis) perm.push_back(axis);
  perm.push_back(1);
  return transpose(x, perm);
}

std::vector<Item> average_of(const Call& call) {
  const Value x = channels_second(call, number_at(call, 0));
  const Windows windows = windows_of(call, x.type(), kernel_of(call, nullptr));
  const Value y = avg_pool(x, {windows.kernel, windows.strides, windows.dilations, windows.pads_low,
                               windows.pads_high, call.flag("ceil_mode"), call.flag("count_include_pad")});
  return {result(call, channels_back(call, y), 3)};
}

std::vector<Item> global_average_of(const Call& call) {
  const Value x = channels_second(call, number_at(call, 0));
  Ints axes;
  for (std::int64_t axis = 2; axis < x.rank(); ++axis) axes.push_back(axis);
  return {result(call, channels_back(call, reduce_mean(x, axes, true)), 3)};
}

// The result's quantisation comes first, and then each part with its own.
std::vector<Item> joining(const Call& call) {
  std::vector<Value> parts;
  for (std::size_t i = 2; i + 2 < call.input_count(); i += 3) parts.push_back(number_at(call, i));
  call.require(!parts.empty(), "it has no parts");
  const Quantisation how = quantisation_of(call, 0, 1);
  return {quantised(concat(parts, call.integer("axis")), how, type_of(how, call.input(2).dtype()))};
}

// The bias is in units of the product of both scales; without a scale of its own the result is a number.
std::vector<Item> general_product(const Call& call) {
  const Quantisation a = quantisation_of(call, 1, 2), b = quantisation_of(call, 4, 5);
  const bool transposed = call.flag("transB");
  const bool by_row = transposed && b.zero.defined() && b.zero.rank() == 1;
  const Value b_zero = by_row ? reshape(b.zero, Ints{-1, 1}) : b.zero;
  Value sums = matmul(centred(call.input(0), a.zero), centred(call.input(3), b_zero),
                      {call.flag("transA"), transposed});
  if (call.has(6)) sums = sums + call.input(6);
  const Value number = cast(sums, kNumber) * (a.scale * b.scale * call.number("alpha", 1.0));
  return {call.has(7) ? result(call, number, 7) : number};
}
}  // namespace

void add_qlinear_rules(Rules& rules) {
  rules.add("com.microsoft", "QGemm", general_product);
  rules.add("com.microsoft", "QLinearAdd", binary<add>);
  rules.add("com.microsoft", "QLinearAveragePool", average_of);
  rules.add("com.microsoft", "QLinearConcat", joining);
  rules.add("com.microsoft", "QLinearGlobalAveragePool", global_average_of);
  rules.add("com.microsoft", "QLinearLeakyRelu", leaky_of);
  rules.add("com.microsoft", "QLinearMul", binary<mul>);
  rules.add("com.microsoft", "QLinearSigmoid", sigmoid_of);
}

}  // namespace tenon::onnx
