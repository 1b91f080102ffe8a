#include <cmath>

#include "op/norm.h"

namespace tenon {

namespace {
double epsilon_of(const Node& node) { return node.attrs.number("epsilon"); }

// layer_norm and rms_norm: over the last axes, from `axis` on.

std::vector<Type> last_axes_rule(const TypeContext& context) {
  require_float(context);
  require_same_dtype(context);
  const Type& x = context.inputs[0];
  if (!x.ranked) return {x};
  const std::int64_t axis = checked_axis(context, context.attrs.integer("axis"), x.rank());
  const std::vector<Dim> normalised(x.dims.begin() + axis, x.dims.end());
  for (std::size_t i = 1; i < context.inputs.size(); ++i) {
    const Type& input = context.inputs[i];
    context.require(!input.ranked || agree(input.dims, normalised), "input ", i,
                    " must have the shape of the normalised axes, ", normalised);
  }
  return {x};
}

Shape last_dims(const KernelContext& context) {
  const Shape& shape = context.inputs[0].shape();
  const std::int64_t axis = context.node.attrs.integer("axis");
  return {axis < 0 ? shape.end() + axis : shape.begin() + axis, shape.end()};
}

void normalise_block(double* x, const NormBlock& block, double epsilon) {
  const auto [mean, variance] = moments_of(x, block);
  rescale(x, block, mean, 1 / std::sqrt(variance + epsilon));
}

void scale_block(double* x, const NormBlock& block, double epsilon) {
  rescale(x, block, 0, 1 / std::sqrt(mean_square(x, block) + epsilon));
}

using NormaliseBlock = void (*)(double*, const NormBlock&, double);

// Each of the `length` elements that lie side by side.
void for_each_run(const Tensor& y, std::int64_t length, NormaliseBlock function, double epsilon) {
  const NormBlock block{.length = length};
  double* const begin = y.as<double>().data();
  for (std::int64_t first = 0; first < y.size(); first += length) function(begin + first, block, epsilon);
}

template <NormaliseBlock kFunction>
std::vector<Tensor> last_axes_kernel(const KernelContext& context) {
  const Tensor y = doubles(context.inputs[0]);
  const Shape shape = last_dims(context);
  for_each_run(y, element_count(shape), kFunction, epsilon_of(context.node));
  return {narrow(affine(y, input_or_none(context, 1), input_or_none(context, 2), shape),
                 context.results[0].dtype)};
}

Mean last_axes_mean(Value x, const Node& node) {
  return [axes = axes_from(x, node.attrs.integer("axis"))](Value v) { return reduce_mean(v, axes, true); };
}

// Of x_hat * scale + bias: the gradients of scale and bias, and what arrives at x_hat.
std::vector<Value> affine_gradients(const GradContext& context, Value dx, Value y) {
  const Value dy = context.grads[0];
  std::vector<Value> grads{dx};
  if (context.inputs.size() > 1) grads.push_back(unbroadcast(dy * y, context.inputs[1]));
  if (context.inputs.size() > 2) grads.push_back(unbroadcast(dy, context.inputs[2]));
  return grads;
}

Value through_scale(Value dy, Value scale) { return scale.defined() ? dy * scale : dy; }

std::vector<Value> decompose_layer_norm(const DecomposeContext& context) {
  const auto& [graph, node, inputs] = context;
  const Value y = normalise(inputs[0], last_axes_mean(inputs[0], node), epsilon_of(node)).y;
  return {affine(y, input_or_none(inputs, 1), input_or_none(inputs, 2))};
}

std::vector<Value> layer_norm_gradient(const GradContext& context) {
  const Value x = context.inputs[0];
  const Mean mean = last_axes_mean(x, context.node);
  const Normalised normalised = normalise(x, mean, epsilon_of(context.node));
  const Value grad = through_scale(context.grads[0], input_or_none(context.inputs, 1));
  return affine_gradients(context, normalise_gradient(normalised, grad, mean), normalised.y);
}

Normalised normalise_by_rms(Value x, const Node& node) {
  const Value inverse = rsqrt(last_axes_mean(x, node)(x * x) + epsilon_of(node));
  return {x * inverse, inverse};
}

std::vector<Value> decompose_rms_norm(const DecomposeContext& context) {
  const Value y = normalise_by_rms(context.inputs[0], context.node).y;
  return {affine(y, input_or_none(context.inputs, 1), Value())};
}

std::vector<Value> rms_norm_gradient(const GradContext& context) {
  const Value x = context.inputs[0];
  const auto [y, inverse] = normalise_by_rms(x, context.node);
  const Value grad = through_scale(context.grads[0], input_or_none(context.inputs, 1));
  const Value along = last_axes_mean(x, context.node)(grad * y);
  return affine_gradients(context, inverse * (grad - y * along), y);
}

// group_norm: over groups of neighbouring channels and all axes after them.

std::vector<Type> group_norm_rule(const TypeContext& context) {
  require_channels(context);
  const std::int64_t groups = context.attrs.integer("groups");
  context.require(groups >= 1, "groups must be at least 1, not ", groups);
  const Type& x = context.inputs[0];
  if (x.ranked && x.dims[1].is_constant())
    context.require(x.dims[1].constant() % groups == 0, "the ", x.dims[1], " channels do not divide into ",
                    groups, " groups");
  return {x};
}

std::vector<Tensor> group_norm_kernel(const KernelContext& context) {
  const Tensor y = doubles(context.inputs[0]);
  const std::int64_t blocks = y.dim(0) * context.node.attrs.integer("groups");
  if (y.size() > 0) for_each_run(y, y.size() / blocks, normalise_block, epsilon_of(context.node));
  const Tensor result =
      affine(y, input_or_none(context, 1), input_or_none(context, 2), channel_shape(y.shape()));
  return {narrow(result, context.results[0].dtype)};
}

// All channels have equally many elements, so the mean of a group is the mean of its channels' means; only
// these, a small matrix, are put into groups.
Value group_mean(Value x, std::int64_t groups) {
  const Ints spatial = axes_from(x, 2);
  const Value channels = spatial.empty() ? x : reduce_mean(x, spatial);
  const Dim count = x.type().dims[1];
  const Value grouped = reshape(channels, {0, groups, count.is_constant() ? count.constant() / groups : -1});
  const Value means = expand_like(reduce_mean(grouped, {2}, true), grouped);
  return insert_axes(reshape(means, {0, count.is_constant() ? count.constant() : -1}), spatial);
}

Mean group_mean_of(const Node& node) {
  return [groups = node.attrs.integer("groups")](Value x) { return group_mean(x, groups); };
}

Value channels_or_none(const std::vector<Value>& inputs, std::size_t index) {
  return index < inputs.size() ? along_channels(inputs[index], inputs[0]) : Value();
}

std::vector<Value> decompose_group_norm(const DecomposeContext& context) {
  const auto& [graph, node, inputs] = context;
  const Value y = normalise(inputs[0], group_mean_of(node), epsilon_of(node)).y;
  return {affine(y, channels_or_none(inputs, 1), channels_or_none(inputs, 2))};
}

std::vector<Value> group_norm_gradient(const GradContext& context) {
  const Value x = context.inputs[0];
  const Value dy = context.grads[0];
  const Mean mean = group_mean_of(context.node);
  const Normalised normalised = normalise(x, mean, epsilon_of(context.node));
  const Value grad = through_scale(dy, channels_or_none(context.inputs, 1));
  std::vector<Value> grads{normalise_gradient(normalised, grad, mean)};
  if (context.inputs.size() > 1) grads.push_back(reduce_sum(dy * normalised.y, axes_but_channels(x)));
  if (context.inputs.size() > 2) grads.push_back(reduce_sum(dy, axes_but_channels(x)));
  return grads;
}

OpDef norm_row(const char* documentation, int max_inputs, std::vector<AttrSpec> attrs) {
  OpDef def;
  def.family = "normalisation";
  def.documentation = documentation;
  def.max_inputs = max_inputs;
  def.attrs = std::move(attrs);
  return def;
}

void define_layer_norm(OpTable& table) {
  OpDef def = norm_row(
      "x less its mean over the axes from `axis` on, over the root of its variance there plus `epsilon`; "
      "then "
      "times scale plus bias, where they are given.",
      3, norm_attrs({{"axis", AttrKind::integer, std::int64_t{-1}}}, 1e-5));
  def.infer = last_axes_rule;
  def.kernel = last_axes_kernel<normalise_block>;
  def.decompose = decompose_layer_norm;
  def.gradient = layer_norm_gradient;
  table.define(Op::layer_norm, std::move(def));
}

void define_rms_norm(OpTable& table) {
  OpDef def = norm_row(
      "x over the root of the mean of its squares over the axes from `axis` on plus `epsilon`; then times "
      "scale, where it is given.",
      2, norm_attrs({{"axis", AttrKind::integer, std::int64_t{-1}}}, 1e-6));
  def.infer = last_axes_rule;
  def.kernel = last_axes_kernel<scale_block>;
  def.decompose = decompose_rms_norm;
  def.gradient = rms_norm_gradient;
  table.define(Op::rms_norm, std::move(def));
}

void define_group_norm(OpTable& table) {
  OpDef def = norm_row(
      "As layer_norm, but over each of `groups` groups of neighbouring channels (axis 1) with all axes after "
      "them; scale and bias are [channels].",
      3, norm_attrs({{"groups", AttrKind::integer}}, 1e-5));
  def.infer = group_norm_rule;
  def.kernel = group_norm_kernel;
  def.decompose = decompose_group_norm;
  def.gradient = group_norm_gradient;
  table.define(Op::group_norm, std::move(def));
}

std::vector<Value> with_given(Value x, Value scale, Value bias) {
  require(scale.defined() || !bias.defined(), "a normalisation with a bias needs a scale too");
  std::vector<Value> inputs{x};
  if (scale.defined()) inputs.push_back(scale);
  if (bias.defined()) inputs.push_back(bias);
  return inputs;
}
}  // namespace

void define_normalisation(OpTable& table) {
  define_layer_norm(table);
  define_rms_norm(table);
  define_group_norm(table);
  define_batch_norms(table);
}

Value layer_norm(Value x, Value scale, Value bias, LayerNorm options) {
  return write(Op::layer_norm, with_given(x, scale, bias),
               {{"axis", options.axis}, {"epsilon", options.epsilon}});
}

Value rms_norm(Value x, Value scale, RmsNorm options) {
  return write(Op::rms_norm, with_given(x, scale, {}),
               {{"axis", options.axis}, {"epsilon", options.epsilon}});
}

Value group_norm(Value x, Value scale, Value bias, GroupNorm options) {
  return write(Op::group_norm, with_given(x, scale, bias),
               {{"groups", options.groups}, {"epsilon", options.epsilon}});
}

}  // namespace tenon
