// Batch normalisation: of each channel (axis 1), by moments that are given or by those of the batch.
#include <cmath>

#include "op/norm.h"

namespace tenon {

namespace {
double epsilon_of(const Node& node) { return node.attrs.number("epsilon"); }

std::vector<Type> batch_norm_rule(const TypeContext& context) {
  require_channels(context);
  return {context.inputs[0]};
}

std::vector<Type> batch_norm_train_rule(const TypeContext& context) {
  require_channels(context);
  const Type& x = context.inputs[0];
  const Type& scale = context.inputs[1];
  const Type channels{x.dtype, {x.ranked ? x.dims[1] : scale.ranked ? scale.dims[0] : Dim::unknown()}};
  return {x, channels, channels};
}

// The elements of one channel, the first of which is channel * length.
NormBlock channel_block(const Shape& shape) {
  const std::int64_t length = element_count(std::span(shape).subspan(2));
  return {.runs = shape[0], .stride = shape[1] * length, .length = length};
}

double& at(const Tensor& vector, std::int64_t channel) {
  return vector.as<double>()[static_cast<std::size_t>(channel)];
}

std::vector<Tensor> batch_norm_kernel(const KernelContext& context) {
  const Tensor y = doubles(context.inputs[0]);
  const Tensor mean = widen(context.inputs[3]);
  const Tensor variance = widen(context.inputs[4]);
  const NormBlock block = channel_block(y.shape());
  for (std::int64_t c = 0; c < y.dim(1); ++c)
    rescale(y.as<double>().data() + c * block.length, block, at(mean, c),
            1 / std::sqrt(at(variance, c) + epsilon_of(context.node)));
  const Tensor result =
      affine(y, widen(context.inputs[1]), widen(context.inputs[2]), channel_shape(y.shape()));
  return {narrow(result, context.results[0].dtype)};
}

std::vector<Tensor> batch_norm_train_kernel(const KernelContext& context) {
  const Tensor y = doubles(context.inputs[0]);
  const Tensor mean = Tensor::empty(DType::f64, {y.dim(1)});
  const Tensor variance = Tensor::empty(DType::f64, {y.dim(1)});
  const NormBlock block = channel_block(y.shape());
  for (std::int64_t c = 0; c < y.dim(1); ++c) {
    double* const x = y.as<double>().data() + c * block.length;
    const Moments moments = moments_of(x, block);
    rescale(x, block, moments.mean, 1 / std::sqrt(moments.variance + epsilon_of(context.node)));
    at(mean, c) = moments.mean;
    at(variance, c) = moments.variance;
  }
  const Tensor result =
      affine(y, widen(context.inputs[1]), widen(context.inputs[2]), channel_shape(y.shape()));
  const DType dtype = context.results[0].dtype;
  return {narrow(result, dtype), narrow(mean, dtype), narrow(variance, dtype)};
}

std::vector<Value> decompose_batch_norm(const DecomposeContext& context) {
  const std::vector<Value>& inputs = context.inputs;
  const Value x = inputs[0];
  const Value factor = inputs[1] * rsqrt(inputs[4] + epsilon_of(context.node));
  const Value centred = x - along_channels(inputs[3], x);
  return {centred * along_channels(factor, x) + along_channels(inputs[2], x)};
}

std::vector<Value> decompose_batch_norm_train(const DecomposeContext& context) {
  const auto& [graph, node, inputs] = context;
  const Value x = inputs[0];
  const Value mean = reduce_mean(x, axes_but_channels(x));
  const Value centred = x - along_channels(mean, x);
  const Value variance = reduce_mean(centred * centred, axes_but_channels(x));
  const Value factor = inputs[1] * rsqrt(variance + epsilon_of(node));
  return {centred * along_channels(factor, x) + along_channels(inputs[2], x), mean, variance};
}

Value sum_of(Value a, Value b) { return !a.defined() ? b : !b.defined() ? a : a + b; }

// Through the moments that are results themselves: the variance is the mean of centred².
Value moments_gradient(const GradContext& context, Value centred) {
  const Value x = context.inputs[0];
  const Value inverse_count = inverse_count_along(x, axes_but_channels(x));
  Value dx;
  if (context.grads[1].defined()) dx = expand_like(along_channels(context.grads[1] * inverse_count, x), x);
  if (!context.grads[2].defined()) return dx;
  return sum_of(dx, centred * along_channels(2.0 * (context.grads[2] * inverse_count), x));
}

std::vector<Value> batch_norm_train_gradient(const GradContext& context) {
  const Value x = context.inputs[0];
  const Value scale = context.inputs[1];
  const Value dy = context.grads[0];
  const Value centred = x - along_channels(context.results[1], x);
  const Value through_moments = moments_gradient(context, centred);
  if (!dy.defined()) return {through_moments, Value(), Value()};
  const Value inverse = rsqrt(context.results[2] + epsilon_of(context.node));
  const Value y = centred * along_channels(inverse, x);
  const Value dscale = reduce_sum(dy * y, axes_but_channels(x));
  const Value dbias = reduce_sum(dy, axes_but_channels(x));
  const Value inverse_count = inverse_count_along(x, axes_but_channels(x));
  const Value common =
      along_channels(dbias * inverse_count, x) + y * along_channels(dscale * inverse_count, x);
  const Value dx = along_channels(scale * inverse, x) * (dy - common);
  return {sum_of(dx, through_moments), dscale, dbias};
}

OpDef batch_norm_row(const char* documentation, int inputs) {
  OpDef def;
  def.family = "normalisation";
  def.documentation = documentation;
  def.min_inputs = def.max_inputs = inputs;
  def.attrs = norm_attrs({}, 1e-5);
  return def;
}
}  // namespace

void define_batch_norms(OpTable& table) {
  OpDef def = batch_norm_row(
      "x less the mean of its channel (axis 1), over the root of the variance plus `epsilon`, times scale "
      "plus "
      "bias; all of them are given.",
      5);
  def.infer = batch_norm_rule;
  def.kernel = batch_norm_kernel;
  def.decompose = decompose_batch_norm;
  table.define(Op::batch_norm, std::move(def));

  OpDef train = batch_norm_row(
      "As batch_norm, by the mean and the variance of each channel in this batch, which are results too; the "
      "variance is divided by the count, not by one less.",
      3);
  train.infer = batch_norm_train_rule;
  train.kernel = batch_norm_train_kernel;
  train.decompose = decompose_batch_norm_train;
  train.gradient = batch_norm_train_gradient;
  table.define(Op::batch_norm_train, std::move(train));
}

Value batch_norm(Value x, Value scale, Value bias, Value mean, Value variance, double epsilon) {
  return write(Op::batch_norm, {x, scale, bias, mean, variance}, {{"epsilon", epsilon}});
}

BatchNormTrain batch_norm_train(Value x, Value scale, Value bias, double epsilon) {
  const std::vector<Value> results =
      write_all(Op::batch_norm_train, {x, scale, bias}, {{"epsilon", epsilon}});
  return {results[0], results[1], results[2]};
}

}  // namespace tenon
