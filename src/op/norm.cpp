#include "op/norm.h"

namespace tenon {

namespace {
template <class Number, class Visit>
void for_each(Number* x, const NormBlock& block, Visit&& visit) {
  for (std::int64_t i = 0; i < block.runs; ++i)
    for (std::int64_t j = 0; j < block.length; ++j) visit(x[i * block.stride + j]);
}

double count_of(const NormBlock& block) { return static_cast<double>(block.runs * block.length); }
}  // namespace

Moments moments_of(const double* x, const NormBlock& block) {
  double sum = 0;
  for_each(x, block, [&](double element) { sum += element; });
  const double mean = sum / count_of(block);
  double squares = 0;
  for_each(x, block, [&](double element) { squares += (element - mean) * (element - mean); });
  return {mean, squares / count_of(block)};
}

double mean_square(const double* x, const NormBlock& block) {
  double squares = 0;
  for_each(x, block, [&](double element) { squares += element * element; });
  return squares / count_of(block);
}

void rescale(double* x, const NormBlock& block, double shift, double factor) {
  for_each(x, block, [&](double& element) { element = (element - shift) * factor; });
}

Tensor input_or_none(const KernelContext& context, std::size_t index) {
  return index < context.inputs.size() ? widen(context.inputs[index]) : Tensor();
}

Value input_or_none(const std::vector<Value>& inputs, std::size_t index) {
  return index < inputs.size() ? inputs[index] : Value();
}

Tensor affine(const Tensor& y, const Tensor& scale, const Tensor& bias, const Shape& shape) {
  Tensor result = y;
  if (scale.defined())
    result = map_wide(Binary<double>(kMultiply), std::array{result, scale.reshape(shape)}, y.shape());
  if (bias.defined())
    result = map_wide(Binary<double>(kAdd), std::array{result, bias.reshape(shape)}, y.shape());
  return result;
}

Value affine(Value y, Value scale, Value bias) {
  if (scale.defined()) y = y * scale;
  return bias.defined() ? y + bias : y;
}

Normalised normalise(Value x, const Mean& mean, double epsilon) {
  const Value centred = x - mean(x);
  const Value inverse = rsqrt(mean(centred * centred) + epsilon);
  return {centred * inverse, inverse};
}

// What moves all elements, or stretches all, does not change y: those parts of the gradient are taken out.
Value normalise_gradient(const Normalised& normalised, Value grad, const Mean& mean) {
  const auto& [y, inverse] = normalised;
  return inverse * (grad - mean(grad) - y * mean(grad * y));
}

void require_channels(const TypeContext& context) {
  require_float(context);
  require_same_dtype(context);
  const Type& x = context.inputs[0];
  context.require(!x.ranked || x.rank() >= 2, "x needs at least two axes, of which axis 1 is the channels");
  for (std::size_t i = 1; i < context.inputs.size(); ++i) {
    const Type& vector = context.inputs[i];
    context.require(!vector.ranked || vector.rank() == 1, "input ", i, " must have one axis, the channels");
    if (!vector.ranked || !x.ranked) continue;
    const Dim channels = x.dims[1];
    context.require(vector.dims[0] == channels || !vector.dims[0].is_constant() || !channels.is_constant(),
                    "input ", i, " must be as long as x has channels: ", channels);
  }
}

Shape channel_shape(const Shape& x) {
  Shape shape(x.size() - 1, 1);
  shape[0] = x[1];
  return shape;
}

Value along_channels(Value vector, Value x) {
  Ints shape(static_cast<std::size_t>(x.rank()) - 1, 1);
  shape[0] = 0;
  return shape.size() == 1 ? vector : reshape(vector, shape);
}

Ints axes_but_channels(Value x) {
  Ints axes = axes_from(x, 1);
  axes[0] = 0;
  return axes;
}

std::vector<AttrSpec> norm_attrs(std::vector<AttrSpec> more, double epsilon) {
  more.push_back({"epsilon", AttrKind::number, epsilon});
  return more;
}

}  // namespace tenon
