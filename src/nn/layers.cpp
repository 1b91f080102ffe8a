#include "nn/sizes.h"

namespace tenon::nn {

Value Sequential::operator()(Context& context, Value x) const {
  for (std::size_t i = 0; i < layers.size(); ++i) x = context.call(cat("layers.", i), layers[i], x);
  return x;
}

Value Linear::operator()(Context& context, Value x) const {
  const std::int64_t width = known_size(context, x, -1);
  require(in == 0 || in == width, "layer '", context.scope(), "' takes ", in, " features and was given ",
          x.type());
  const Value weight = context.parameter("weight", {width, out}, or_uniform(options.weight_init, width));
  if (!options.bias) return linear(x, weight);
  return linear(x, weight, context.parameter("bias", {out}, or_uniform(options.bias_init, width)));
}

Value Flatten::operator()(Context&, Value x) const { return reshape(x, Ints{0, -1}); }

Value Dropout::operator()(Context& context, Value x) const {
  return context.training() ? dropout(x, context.key(), rate, context.stream()) : x;
}

Value LayerNorm::operator()(Context& context, Value x) const {
  const Shape shape = known_sizes(context, x, axis);
  const Value scale = context.parameter("weight", shape, init::ones());
  const Value bias = context.parameter("bias", shape, init::zeros());
  return layer_norm(x, scale, bias, {.axis = axis, .epsilon = epsilon});
}

Value RmsNorm::operator()(Context& context, Value x) const {
  const Value scale = context.parameter("weight", known_sizes(context, x, axis), init::ones());
  return rms_norm(x, scale, {.axis = axis, .epsilon = epsilon});
}

Value GroupNorm::operator()(Context& context, Value x) const {
  const std::int64_t channels = known_size(context, x, 1);
  const Value scale = context.parameter("weight", {channels}, init::ones());
  const Value bias = context.parameter("bias", {channels}, init::zeros());
  return group_norm(x, scale, bias, {.groups = groups, .epsilon = epsilon});
}

Value BatchNorm::operator()(Context& context, Value x) const {
  const std::int64_t channels = known_size(context, x, 1);
  const Value scale = context.parameter("weight", {channels}, init::ones());
  const Value bias = context.parameter("bias", {channels}, init::zeros());
  const Value mean = context.statistic("running_mean", {channels}, init::zeros());
  const Value variance = context.statistic("running_var", {channels}, init::ones());
  if (!context.training()) return batch_norm(x, scale, bias, mean, variance, epsilon);

  const BatchNormTrain trained = batch_norm_train(x, scale, bias, epsilon);
  const auto moved = [&](Value from, Value to) { return (1 - momentum) * from + momentum * to; };
  context.update("running_mean", moved(mean, trained.mean));
  context.update("running_var", moved(variance, trained.variance));
  return trained.y;
}

Value Embedding::operator()(Context& context, Value ids) const {
  return embedding(ids, context.parameter("weight", {entries, width}, init ? init : init::normal()));
}

}  // namespace tenon::nn
