#include "onnx/random.h"
#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Normalisations, softmax, dropout.
namespace tenon::onnx {

namespace {
std::vector<Item> batch(const Call& call) {
  const Value x = call.input(0), scale = call.input(1), bias = call.input(2);
  const Value mean = call.input(3), variance = call.input(4);
  const double epsilon = call.number("epsilon", 1e-5);
  const bool training = call.opset() >= 14 && call.flag("training_mode");
  const bool by_place = call.opset() < 9 && !call.flag("spatial", true);
  if (by_place) {
    const auto over_items = [](Value value) { return insert_axes(value, {0}); };
    const Value off = (x - over_items(mean)) * rsqrt(over_items(variance) + epsilon);
    return {off * over_items(scale) + over_items(bias)};
  }
  const auto as_x = [&](Value value) { return value.dtype() == x.dtype() ? value : cast(value, x.dtype()); };
  if (!training) return {batch_norm(x, as_x(scale), as_x(bias), as_x(mean), as_x(variance), epsilon)};
  const BatchNormTrain now = batch_norm_train(x, as_x(scale), as_x(bias), epsilon);
  const double kept = call.number("momentum", 0.9);
  const auto mixed = [&](Value old, Value fresh) {
    return old * kept + cast(fresh, old.dtype()) * (1 - kept);
  };
  return {now.y, mixed(mean, now.mean), mixed(variance, now.variance)};
}

// Over each channel of each item: a group of one channel.
std::vector<Item> instance(const Call& call) {
  const Value x = call.input(0);
  call.require(x.rank() >= 2, "it needs an axis of channels");
  const Dim channels = x.type().dims[1];
  const Type& scale = call.input(1).type();
  const Dim known = channels.is_constant() ? channels : scale.rank() == 1 ? scale.dims[0] : Dim::unknown();
  call.require(known.is_constant(), "the number of its channels must be known");
  return {group_norm(x, call.input(1), call.input(2),
                     {.groups = known.constant(), .epsilon = call.number("epsilon", 1e-5)})};
}

// Before opset 21 scale and bias were one number a group.
std::vector<Item> group(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t groups = call.integer("num_groups");
  Value scale = call.input(1), bias = call.input(2);
  if (call.opset() < 21) {
    const Dim channels = x.type().ranked && x.rank() > 1 ? x.type().dims[1] : Dim::unknown();
    call.require(channels.is_constant() && groups > 0 && channels.constant() % groups == 0,
                 "its channels must be known, and make ", groups, " groups");
    scale = repeated(call, scale, 0, channels.constant() / groups);
    bias = repeated(call, bias, 0, channels.constant() / groups);
  }
  return {group_norm(x, scale, bias, {.groups = groups, .epsilon = call.number("epsilon", 1e-5)})};
}

// Whether a scale or a bias has just the normalised axes, as far as is known.
bool has_axes_of(Value value, Value x, std::size_t first) {
  const std::vector<Dim>&own = value.type().dims, &dims = x.type().dims;
  if (own.size() != dims.size() - first) return false;
  for (std::size_t i = 0; i < own.size(); ++i)
    if (own[i].is_constant() && dims[first + i].is_constant() && !(own[i] == dims[first + i])) return false;
  return true;
}

// A scale or a bias of another shape is broadcast.
Value normalised_layer(const Call& call, Value x, std::int64_t axis, double epsilon) {
  const Value scale = call.input(1), bias = call.input_or(2);
  const auto first = static_cast<std::size_t>(place_of(call, axis, x.rank()));
  if (has_axes_of(scale, x, first) && (!bias.defined() || has_axes_of(bias, x, first)))
    return layer_norm(x, scale, bias, {.axis = axis, .epsilon = epsilon});
  const Value y = layer_norm(x, {}, {}, {.axis = axis, .epsilon = epsilon}) * scale;
  return bias.defined() ? y + bias : y;
}

// y, and where they are wanted the mean and one over the deviation.
std::vector<Item> layer(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t axis = call.integer("axis", -1);
  const double epsilon = call.number("epsilon", 1e-5);
  const Value y = normalised_layer(call, x, axis, epsilon);
  if (!call.wants(1) && !call.wants(2)) return {y};
  const Ints axes = axes_from(x, place_of(call, axis, x.rank()));
  const Value mean = reduce_mean(x, axes, true);
  const Value off = x - mean;
  return {y, mean, rsqrt(reduce_mean(off * off, axes, true) + epsilon)};
}

std::vector<Item> root_mean_square(const Call& call) {
  return {rms_norm(call.input(0), call.input_or(1),
                   {.axis = call.integer("axis", -1), .epsilon = call.number("epsilon", 1e-5)})};
}

Value soft_maximum(const Call&, Value x, std::int64_t axis) { return softmax(x, axis); }
Value log_soft_maximum(const Call&, Value x, std::int64_t axis) { return log_softmax(x, axis); }
// 1 where the first of the largest stands, 0 elsewhere.
Value hard_maximum(const Call& call, Value x, std::int64_t axis) {
  return cast(equal(places_along(call, x, axis), arg_max(x, axis, true)), x.dtype());
}

// Before opset 13 all axes from `axis` on were one.
template <Value (*write)(const Call&, Value, std::int64_t)>
std::vector<Item> soft(const Call& call) {
  const Value x = call.input(0);
  if (call.opset() >= 13) return {write(call, x, call.integer("axis", -1))};
  const std::int64_t rank = x.rank();
  std::int64_t axis = call.integer("axis", 1);
  call.require(axis >= -rank && axis < std::max<std::int64_t>(rank, 2), "its axis ", axis, " is none of ",
               rank);
  if (axis < 0) axis += rank;
  if (axis >= rank - 1) return {write(call, x, -1)};
  Ints rows(static_cast<std::size_t>(axis), 0);
  rows.push_back(-1);
  const Value flat = write(call, reshape(x, rows), -1);
  return {reshape(flat, shape_of(x))};
}

// Σ over neighbouring channels: an average over a window of `size` channels, as an image of its own.
std::vector<Item> local_response(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t size = call.integer("size");
  call.require(size > 0 && x.rank() >= 3, "it needs images and a positive size");
  const Value squares = insert_axes(reshape(x * x, Ints{0, 0, -1}), {1});  // [N, 1, C, places]
  const Value means = avg_pool(squares, {.kernel = {size, 1},
                                         .strides = {1, 1},
                                         .pads_low = {(size - 1) / 2, 0},
                                         .pads_high = {size - 1 - (size - 1) / 2, 0},
                                         .count_pad = true});
  const Value powers =
      pow(reshape(means, sizes_of(call, x)) * call.number("alpha", 1e-4) + call.number("bias", 1.0),
          call.number("beta", 0.75));
  return {x / powers};
}

// In inference every element stays; the mask says so.
std::vector<Item> dropping(const Call& call) {
  const Value x = call.input(0);
  if (call.opset() >= 12 && call.has(2) && call.known_number(2) != 0.0 && call.known_number(1) != 0.0) {
    const Value rate = call.has(1) ? as_scalar(call.input(1)) : call.constant(Tensor::scalar(0.5F));
    return drop_in_training(call, x, rate, as_scalar(call.input(2)));
  }
  if (!call.wants(1)) return {x};
  const Value kept = stretched(call, call.constant(Tensor::scalar<bool>(true)), sizes_of(call, x));
  return {x, call.opset() < 10 ? cast(kept, x.dtype()) : kept};
}

// Over all axes but that of the channels, or those that are named.
std::vector<Item> mean_and_variance(const Call& call) {
  const Value x = call.input(0);
  const Ints axes = call.ints("axes", {0, 2, 3});
  const Value off = x - reduce_mean(x, axes, true);
  return {off / (sqrt(reduce_mean(off * off, axes, true)) + 1e-9)};
}
// By the norm along an axis; what has none stays 0.
std::vector<Item> norm_1_or_2(const Call& call) {
  const Value x = call.input(0);
  const Ints axis{call.integer("axis", -1)};
  const std::int64_t p = call.integer("p", 2);
  call.require(p == 1 || p == 2, "there is no norm ", p);
  const Value norm = p == 1 ? reduce_sum(abs(x), axis, true) : sqrt(reduce_sum(x * x, axis, true));
  return {x / select(equal(norm, 0.0), 1.0, norm)};
}
}  // namespace

void add_normalisation_rules(Rules& rules) {
  rules.add("BatchNormalization", batch);
  rules.add("Dropout", dropping);
  rules.add("GroupNormalization", group);
  rules.add("Hardmax", soft<hard_maximum>);
  rules.add("InstanceNormalization", instance);
  rules.add("LRN", local_response);
  rules.add("LayerNormalization", layer);
  rules.add("LogSoftmax", soft<log_soft_maximum>);
  rules.add("LpNormalization", norm_1_or_2);
  rules.add("MeanVarianceNormalization", mean_and_variance);
  rules.add("RMSNormalization", root_mean_square);
  rules.add("Softmax", soft<soft_maximum>);
}

}  // namespace tenon::onnx
