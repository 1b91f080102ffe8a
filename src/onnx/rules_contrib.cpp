#include <algorithm>
#include <functional>

#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Other fused ops of com.microsoft, and normalisations that older exporters put in ONNX's own domain.
namespace tenon::onnx {

namespace {
double epsilon_of(const Call& call) { return call.number("epsilon", 1e-5); }

std::vector<Item> simplified_layer(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t axis = call.integer("axis", -1);
  const Value y = rms_norm(x, call.input(1), {.axis = axis, .epsilon = epsilon_of(call)});
  if (!call.wants(1)) return {y};
  const Ints axes = axes_from(x, place_of(call, axis, x.rank()));
  return {y, rsqrt(reduce_mean(x * x, axes, true) + epsilon_of(call))};
}

// What is normalised is the sum of two values, and of a bias.
Value skipped_sum(const Call& call, std::size_t bias) {
  const Value sum = call.input(0) + call.input(1);
  return call.has(bias) ? sum + call.input(bias) : sum;
}

struct Moments {
  Value mean;
  Value inverse_deviation;
};

Moments moments_of(const Call& call, Value x) {
  const Value mean = reduce_mean(x, Ints{-1}, true);
  const Value off = x - mean;
  return {mean, rsqrt(reduce_mean(off * off, Ints{-1}, true) + epsilon_of(call))};
}

std::vector<Item> skip_layer(const Call& call) {
  const Value sum = skipped_sum(call, 4);
  const Value y = layer_norm(sum, call.input(2), call.input_or(3), {.epsilon = epsilon_of(call)});
  if (!call.wants(1) && !call.wants(2)) return {y, {}, {}, sum};
  const Moments moments = moments_of(call, sum);
  return {y, moments.mean, moments.inverse_deviation, sum};
}

std::vector<Item> skip_simplified_layer(const Call& call) {
  const Value sum = skipped_sum(call, 3);
  return {rms_norm(sum, call.input(2), {.epsilon = epsilon_of(call)}), {}, {}, sum};
}

// Words, places and segments looked up and added, then normalised. The second result is how many tokens of
// each row the mask leaves.
std::vector<Item> embed_layer(const Call& call) {
  const auto rows = [&](std::size_t table, Value ids) {
    return gather(call.input(table), cast_to(ids, DType::i64));
  };
  const Value ids = call.input(0);
  const Value places =
      call.has(8) ? call.input(8) : reshape(counted(call, size_of_axis(call, ids, 1)), Ints{1, -1});
  Value sum = rows(2, ids) + rows(3, places);
  if (call.has(1) && call.has(4)) sum = sum + rows(4, call.input(1));
  const Value y = layer_norm(sum, call.input(5), call.input(6), {.epsilon = call.number("epsilon", 1e-12)});
  const Value mask =
      call.has(7) ? cast_to(call.input(7), DType::i32) : cast(ids * scalar_like(0, ids), DType::i32);
  return {y, reduce_sum(mask, {1}), sum};
}

std::vector<Item> quick_gelu(const Call& call) {
  const Value x = call.input(0);
  return {x * sigmoid(x * call.number("alpha", 1.702))};
}

std::vector<Item> bias_add(const Call& call) { return {call.input(0) + call.input(1) + call.input(2)}; }

// The activation of a fused op, and its parameters where the op has them in a list.
Value activated(const Call& call, Value x, const std::vector<double>& parameters) {
  const std::string name = call.text("activation", "");
  const auto parameter = [&](std::size_t i, double fallback) {
    return i < parameters.size() ? parameters[i] : fallback;
  };
  if (name.empty()) return x;
  if (name == "Relu") return relu(x);
  if (name == "Tanh") return tanh(x);
  if (name == "Sigmoid") return sigmoid(x);
  if (name == "LeakyRelu") return leaky_relu(x, parameter(0, 0.01));
  if (name == "Clip")
    return clamp(x, parameter(0, -3.4028234663852886e38), parameter(1, 3.4028234663852886e38));
  if (name == "HardSigmoid") return hard_sigmoid(x, parameter(0, 0.2), parameter(1, 0.5));
  call.fail("its activation ", name, " is not supported");
}

std::vector<Item> fused_convolution(const Call& call) {
  Value y = rules().find({}, "Conv")(call)[0].value;
  if (call.has(3)) y = y + call.input(3);
  return {activated(call, y, call.numbers("activation_params"))};
}

std::vector<Item> fused_general_product(const Call& call) {
  std::vector<double> parameters;
  if (call.has_attribute("activation_alpha")) parameters.push_back(call.number("activation_alpha"));
  if (call.has_attribute("activation_beta")) parameters.push_back(call.number("activation_beta"));
  return {activated(call, rules().find({}, "Gemm")(call)[0].value, parameters)};
}

// Of images [N, H, W, C] unless it says otherwise.
std::vector<Item> group_of_channels(const Call& call) {
  const bool channels_last = call.flag("channels_last", true);
  Value x = call.input(0);
  call.require(x.rank() == 4, "its image is ", x.type());
  if (channels_last) x = transpose(x, {0, 3, 1, 2});
  Value y = group_norm(x, cast_to(call.input(1), x.dtype()), cast_to(call.input(2), x.dtype()),
                       {.groups = call.integer("groups"), .epsilon = epsilon_of(call)});
  if (call.integer("activation", 0) == 1) y = silu(y);
  return {channels_last ? transpose(y, {0, 2, 3, 1}) : y};
}
}  // namespace

void add_contrib_rules(Rules& rules) {
  for (const char* domain : {"", "com.microsoft"})
    rules.add(domain, "SimplifiedLayerNormalization", simplified_layer);
  rules.add("com.microsoft", "BiasAdd", bias_add);
  rules.add("com.microsoft", "EmbedLayerNormalization", embed_layer);
  rules.add("com.microsoft", "FusedConv", fused_convolution);
  rules.add("com.microsoft", "FusedGemm", fused_general_product);
  rules.add("com.microsoft", "GroupNorm", group_of_channels);
  rules.add("com.microsoft", "QuickGelu", quick_gelu);
  rules.add("com.microsoft", "SkipLayerNormalization", skip_layer);
  rules.add("com.microsoft", "SkipSimplifiedLayerNormalization", skip_simplified_layer);
}

}  // namespace tenon::onnx
