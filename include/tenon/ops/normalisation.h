// Normalisation: values shifted and scaled to a mean of 0 and a variance of 1 over some axes, then by learnt
// scales and biases. Scale and bias may be left out where they have a default; a bias needs a scale.
#pragma once

#include "tenon/graph.h"

namespace tenon {

struct LayerNorm {
  std::int64_t axis = -1;  // the first normalised axis; all from it on are
  double epsilon = 1e-5;   // added to the variance
};
// Over the last axes of x; scale and bias have their shape.
Value layer_norm(Value x, Value scale = {}, Value bias = {}, LayerNorm options = {});

struct RmsNorm {
  std::int64_t axis = -1;  // the first normalised axis; all from it on are
  double epsilon = 1e-6;   // added to the mean of the squares
};
// x over the root of the mean of its squares, without a shift.
Value rms_norm(Value x, Value scale = {}, RmsNorm options = {});

struct GroupNorm {
  std::int64_t groups = 1;
  double epsilon = 1e-5;
};
// Over groups of neighbouring channels (axis 1) with all axes after them; scale and bias are [channels].
Value group_norm(Value x, Value scale, Value bias, GroupNorm options);

// By a known mean and variance of each channel (axis 1); all but x are [channels].
Value batch_norm(Value x, Value scale, Value bias, Value mean, Value variance, double epsilon = 1e-5);

struct BatchNormTrain {
  Value y;
  Value mean;      // of each channel in this batch
  Value variance;  // the same; divided by the count, not by one less
};
// By the mean and variance of each channel (axis 1) in this batch.
BatchNormTrain batch_norm_train(Value x, Value scale, Value bias, double epsilon = 1e-5);

}  // namespace tenon
