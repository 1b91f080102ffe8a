// Activations: functions between layers. Element-wise ones, softmax along an axis, and dropout.
#pragma once

#include <optional>

#include "tenon/graph.h"

namespace tenon {

Value relu(Value x);                                                         // max(x, 0)
Value clamp(Value x, std::optional<double> min, std::optional<double> max);  // no bound where none is given
Value leaky_relu(Value x, double alpha = 0.01);                              // x above 0, alpha x below
Value elu(Value x, double alpha = 1.0);  // x above 0, alpha (exp(x) - 1) below
Value gelu(Value x, bool tanh = false);  // x Φ(x), by the error function or approximated by tanh
Value silu(Value x);                     // x sigmoid(x)
Value sigmoid(Value x);                  // 1 / (1 + exp(-x))
Value softplus(Value x);                 // log(1 + exp(x))
Value hard_sigmoid(Value x, double alpha = 1.0 / 6, double beta = 0.5);  // alpha x + beta, clamped to [0, 1]
Value hard_swish(Value x);                                               // x clamp(x / 6 + 1/2, 0, 1)

Value softmax(Value x, std::int64_t axis = -1);      // exp(x), scaled to a sum of 1 along the axis
Value log_softmax(Value x, std::int64_t axis = -1);  // the logarithm of softmax

// Each element 0 with probability `rate`, else scaled by 1 / (1 - rate). The key is u64[2]: seed and step.
Value dropout(Value x, Value key, double rate, std::int64_t stream);

}  // namespace tenon
