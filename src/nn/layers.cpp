#include <cmath>

#include "tenon/nn.h"

namespace tenon::nn {

namespace {
// The length of an axis of x, which decides the shape of a parameter.
std::int64_t known_size(const Context& context, Value x, std::int64_t axis) {
  const Type& type = x.type();
  const std::int64_t at = axis < 0 ? axis + type.rank() : axis;
  require(type.ranked && at >= 0 && at < type.rank(), "layer '", context.scope(), "': its input is ", type,
          ", which has no axis ", axis);
  const Dim dim = type.dims[static_cast<std::size_t>(at)];
  require(dim.is_constant(), "layer '", context.scope(), "': axis ", axis, " of its input, ", type,
          ", must be known, for it decides the size of a parameter");
  return dim.constant();
}

Shape sizes_from(const Context& context, Value x, std::int64_t axis) {
  Shape shape;
  for (std::int64_t i = axis < 0 ? axis + x.rank() : axis; i < x.rank(); ++i)
    shape.push_back(known_size(context, x, i));
  return shape;
}

Initialiser or_else(const Initialiser& chosen, Initialiser fallback) {
  return chosen ? chosen : std::move(fallback);
}
}  // namespace

Value Sequential::operator()(Context& context, Value x) const {
  for (std::size_t i = 0; i < layers.size(); ++i) x = context.call(cat("layers.", i), layers[i], x);
  return x;
}

Value Linear::operator()(Context& context, Value x) const {
  const std::int64_t width = known_size(context, x, -1);
  require(in == 0 || in == width, "layer '", context.scope(), "' takes ", in, " features and was given ",
          x.type());
  const double bound = width > 0 ? 1 / std::sqrt(static_cast<double>(width)) : 0;
  const Value weight =
      context.parameter("weight", {width, out}, or_else(options.weight_init, init::uniform(-bound, bound)));
  if (!options.bias) return linear(x, weight);
  return linear(x, weight,
                context.parameter("bias", {out}, or_else(options.bias_init, init::uniform(-bound, bound))));
}

Value Flatten::operator()(Context&, Value x) const { return reshape(x, Ints{0, -1}); }

Value LayerNorm::operator()(Context& context, Value x) const {
  const Shape shape = sizes_from(context, x, axis);
  const Value scale = context.parameter("weight", shape, init::ones());
  const Value bias = context.parameter("bias", shape, init::zeros());
  return layer_norm(x, scale, bias, {.axis = axis, .epsilon = epsilon});
}

Value RmsNorm::operator()(Context& context, Value x) const {
  const Value scale = context.parameter("weight", sizes_from(context, x, axis), init::ones());
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
  return embedding(ids, context.parameter("weight", {entries, width}, or_else(init, init::normal())));
}

}  // namespace tenon::nn
