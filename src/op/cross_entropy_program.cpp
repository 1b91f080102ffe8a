// Cross-entropy as ordinary ops: what it decomposes to, and its gradient. Integer labels are compared with
// the class numbers instead of gathered by, so that all of it fuses into loops over rows.
#include <limits>

#include "op/loss.h"

namespace tenon {

namespace {
const Ints kClassAxis{1};

struct Program {
  Value logits, target;
  Value weights;  // along the class axis; undefined where none are given
  double smoothing = 0;
  Reduction reduction = Reduction::mean;
  bool soft = false;
  // Of integer targets. What is said of a row has 1 in place of the classes.
  Value is_class;  // whether the class is the row's, of the logits' shape
  Value named;     // whether a row's id names a class
  Value ignored;   // whether a row does not count; undefined where every row does

  bool plain() const { return !soft && smoothing == 0; }
};

double classes_of(Value logits) {
  const Dim dim = logits.type().ranked ? logits.type().dims[1] : Dim::unknown();
  require(dim.is_constant(), "cross_entropy: the number of classes, axis 1 of the logits ", logits.type(),
          ", must be a constant");
  return static_cast<double>(dim.constant());
}

// The shape of one column of the logits, [length, 1…].
Ints column(Value logits, std::int64_t length) {
  Ints shape(static_cast<std::size_t>(logits.rank()) - 1, 1);
  shape[0] = length;
  return shape;
}

void read_labels(Program& program, const AttrValue* ignore) {
  const double classes = classes_of(program.logits);
  const Value numbers =
      iota(program.logits.graph(), column(program.logits, static_cast<std::int64_t>(classes)), 0, DType::i32);
  const Value ids = insert_axes(cast(program.target, DType::i64), kClassAxis);
  program.is_class = equal(cast(ids, DType::i32), numbers);
  program.named = logical_and(ids >= 0.0, ids < classes);
  if (ignore) program.ignored = equal(ids, static_cast<double>(std::get<std::int64_t>(*ignore)));
}

Program read(const Node& node, const std::vector<Value>& inputs) {
  Program program;
  program.logits = inputs[0];
  program.target = inputs[1];
  if (inputs.size() == 3) program.weights = reshape(inputs[2], column(inputs[0], 0));
  program.smoothing = node.attrs.number("smoothing");
  program.reduction = reduction_of(node.attrs);
  program.soft = is_float(program.target.dtype());
  if (!program.soft) read_labels(program, node.attrs.find("ignore_index"));
  return program;
}

// Of each class in each row: its weight times the smoothed target.
Value shares(const Program& p) {
  const double even = p.smoothing == 0 ? 0 : p.smoothing / classes_of(p.logits);
  const double own = 1 - p.smoothing;
  const Value label = !p.soft            ? select(p.is_class, own + even, scalar_like(even, p.logits))
                      : p.smoothing == 0 ? p.target
                                         : own * p.target + even;
  return p.weights.defined() ? label * p.weights : label;
}

Value sum_of_classes(Value x) { return reduce_sum(x, kClassAxis, true); }

// The class weight of each row's label.
Value row_weights(const Program& p) { return sum_of_classes(select(p.is_class, p.weights, 0.0)); }

// Of plain targets only one share is not 0.
Value plain_losses(const Program& p, Value z) {
  const Value loss = log(sum_of_classes(exp(z))) - sum_of_classes(select(p.is_class, z, 0.0));
  return p.weights.defined() ? loss * row_weights(p) : loss;
}

// A share of 0 counts nothing, not even of a class that is impossible: 0 times inf is NaN.
Value shared_losses(const Program& p, Value z) {
  const Value log_sum = log(sum_of_classes(exp(z)));
  const Value q = shares(p);
  return sum_of_classes(select(equal(q, 0.0), 0.0, q * (log_sum - z)));
}

Value row_losses(const Program& p) {
  const Value z = p.logits - stop_gradient(reduce_max(p.logits, kClassAxis, true));
  Value loss = p.plain() ? plain_losses(p, z) : shared_losses(p, z);
  if (!p.soft) loss = select(p.named, loss, std::numeric_limits<double>::quiet_NaN());
  return p.ignored.defined() ? select(p.ignored, 0.0, loss) : loss;
}

// What a mean divides by where that is not just the number of rows, else undefined. Where nothing counts the
// sum is 0 too, and so becomes the mean.
Value total_weight(const Program& p) {
  if (p.soft || (!p.weights.defined() && !p.ignored.defined())) return {};
  Value weights = p.weights.defined() ? row_weights(p) : scalar_like(1, p.logits);
  if (p.ignored.defined()) weights = select(p.ignored, 0.0, weights);
  const Value total = reduce_sum(weights);
  return select(equal(total, 0.0), 1.0, total);
}

// What the loss of each row is multiplied with in the gradient; broadcasts to the logits.
Value row_scale(const Program& p, Value grad) {
  if (p.reduction == Reduction::none) grad = insert_axes(grad, kClassAxis);
  if (p.reduction == Reduction::mean) {
    const Value total = total_weight(p);
    Ints rows = axes_from(p.logits, 1);
    rows[0] = 0;
    grad = total.defined() ? grad / total : grad * inverse_count_along(p.logits, rows);
  }
  if (p.plain() && p.weights.defined()) grad = grad * row_weights(p);
  return p.ignored.defined() ? select(p.ignored, 0.0, grad) : grad;
}

Value logits_gradient(const Program& p, Value scale) {
  const Value y = softmax(p.logits, kClassAxis[0]);
  if (p.plain()) return select(p.is_class, y - 1.0, y) * scale;
  const Value q = shares(p);
  return (y * sum_of_classes(q) - q) * scale;
}

Value target_gradient(const Program& p, Value scale) {
  const Value each = (p.smoothing - 1) * log_softmax(p.logits, kClassAxis[0]) * scale;
  return p.weights.defined() ? each * p.weights : each;
}
}  // namespace

std::vector<Value> decompose_cross_entropy(const DecomposeContext& context) {
  const Program p = read(context.node, context.inputs);
  const Value losses = row_losses(p);
  if (p.reduction == Reduction::none) return {reduce_sum(losses, kClassAxis)};  // of one: takes the axis out
  if (p.reduction == Reduction::sum) return {reduce_sum(losses)};
  const Value total = total_weight(p);
  return {total.defined() ? reduce_sum(losses) / total : reduce_mean(losses)};
}

std::vector<Value> cross_entropy_gradient(const GradContext& context) {
  const Program p = read(context.node, context.inputs);
  const Value scale = row_scale(p, context.grads[0]);
  std::vector<Value> grads(context.inputs.size());
  grads[0] = logits_gradient(p, scale);
  if (p.soft) grads[1] = target_gradient(p, scale);
  return grads;
}

}  // namespace tenon
