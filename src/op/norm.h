// What the normalisations share.
#pragma once

#include <functional>

#include "op/composite.h"

namespace tenon {

// Kernels.

// Elements that are normalised together: `runs` runs of `length` elements that begin `stride` apart.
struct NormBlock {
  std::int64_t runs = 1;
  std::int64_t stride = 0;
  std::int64_t length = 0;
};
struct Moments {
  double mean;
  double variance;
};
Moments moments_of(const double* x, const NormBlock& block);
double mean_square(const double* x, const NormBlock& block);
// Each element less `shift`, times `factor`.
void rescale(double* x, const NormBlock& block, double shift, double factor);

// The input of that number, undefined where it is not given.
Tensor input_or_none(const KernelContext& context, std::size_t index);
Value input_or_none(const std::vector<Value>& inputs, std::size_t index);

// y times scale plus bias, where they are given. They are read as of `shape`, which broadcasts to y.
Tensor affine(const Tensor& y, const Tensor& scale, const Tensor& bias, const Shape& shape);

// Programs.

Value affine(Value y, Value scale, Value bias);

// The mean of what is normalised together, of a shape that broadcasts to its argument's.
using Mean = std::function<Value(Value)>;

struct Normalised {
  Value y;        // (x - mean) * inverse
  Value inverse;  // 1 / sqrt(variance + epsilon)
};
Normalised normalise(Value x, const Mean& mean, double epsilon);
// The gradient of x, given that of y.
Value normalise_gradient(const Normalised& normalised, Value grad, const Mean& mean);

// Channels, axis 1.

void require_channels(const TypeContext& context);  // all but the first input are vectors over them
Shape channel_shape(const Shape& x);                // in which such a vector broadcasts to x
Value along_channels(Value vector, Value x);        // the vector in that shape
Ints axes_but_channels(Value x);

// Rows.

std::vector<AttrSpec> norm_attrs(std::vector<AttrSpec> more, double epsilon);
void define_batch_norms(OpTable& table);

}  // namespace tenon
