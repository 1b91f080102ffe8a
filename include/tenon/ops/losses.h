// Losses: how far what a model says is from what it should say.
#pragma once

#include <optional>

#include "tenon/graph.h"

namespace tenon {

// What becomes of the loss of each element or row. A mean over none is NaN, but see cross_entropy.
enum class Reduction { mean, sum, none };

struct CrossEntropy {
  double smoothing = 0;  // of the target: this share is spread evenly over the classes
  std::optional<std::int64_t> ignore_index = {};  // rows with this class id do not count
  Reduction reduction = Reduction::mean;  // weighted by the class weights of the ids; 0 where none counts
  Value class_weights = {};               // [classes]; a constant to differentiation
};

// Between softmax(logits) and the target, classes on axis 1. The target holds integer class ids, of the
// shape of the logits without axis 1, or probabilities of the logits' shape and type. An id that names no
// class makes the loss NaN.
Value cross_entropy(Value logits, Value target, const CrossEntropy& options = {});

// Element-wise, of equal shapes.
Value mse_loss(Value x, Value target, Reduction reduction = Reduction::mean);  // (x - target)²
Value l1_loss(Value x, Value target, Reduction reduction = Reduction::mean);   // |x - target|
// Quadratic, (x - target)² / 2, up to a distance of delta, linear beyond.
Value huber_loss(Value x, Value target, double delta = 1, Reduction reduction = Reduction::mean);
// target (log target - x): x holds log probabilities, the target probabilities.
Value kl_div(Value x, Value target, Reduction reduction = Reduction::mean);
// Binary cross-entropy between sigmoid(x) and the target, a probability.
Value bce_with_logits(Value x, Value target, Reduction reduction = Reduction::mean);

}  // namespace tenon
