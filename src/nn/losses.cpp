#include "tenon/loss.h"

namespace tenon {

namespace {
// The target as numbers like the output's. One number an item may come as [N] beside an output of [N, 1].
Value like_output(Value output, Value target) {
  if (target.dtype() != output.dtype()) target = cast(target, output.dtype());
  const bool lacks_axis = output.type().ranked && target.type().ranked && target.rank() + 1 == output.rank();
  return lacks_axis && output.type().dims.back().is(1) ? reshape_like(target, output) : target;
}

// [N, …] to a scalar: the mean of each item, summed over the items.
Value sum_of_item_means(Value x) {
  Ints axes;
  for (std::int64_t axis = 1; axis < x.rank(); ++axis) axes.push_back(axis);
  return reduce_sum(axes.empty() ? x : reduce_mean(x, axes));
}

Value class_of(Value target) {
  return is_float(target.dtype()) ? arg_max(target, 1) : cast(target, DType::i64);
}
}  // namespace

namespace loss {
Value cross_entropy(Value logits, Value target) { return tenon::cross_entropy(logits, target); }
Value mse(Value output, Value target) { return mse_loss(output, like_output(output, target)); }
Value l1(Value output, Value target) { return l1_loss(output, like_output(output, target)); }
Value huber(Value output, Value target) { return huber_loss(output, like_output(output, target)); }
Value kl_div(Value output, Value target) { return tenon::kl_div(output, like_output(output, target)); }
Value bce_with_logits(Value output, Value target) {
  return tenon::bce_with_logits(output, like_output(output, target));
}
}  // namespace loss

namespace metric {
Metric accuracy() {
  return {"accuracy", [](std::span<const Value> outputs, std::span<const Value> targets) {
            const Value hit = equal(arg_max(outputs[0], 1), class_of(targets[0]));
            return sum_of_item_means(cast(hit, DType::f32));
          }};
}

Metric mean_absolute_error() {
  return {"mae", [](std::span<const Value> outputs, std::span<const Value> targets) {
            const Value distance = abs(outputs[0] - like_output(outputs[0], targets[0]));
            return sum_of_item_means(cast(distance, DType::f32));
          }};
}
}  // namespace metric

}  // namespace tenon
