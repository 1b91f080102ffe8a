#include "onnx/rules.h"

// Reductions. In older opsets the axes were an attribute.
namespace tenon::onnx {

namespace {
struct Axes {
  Ints axes;
  bool keep = true;
  bool none = false;  // nothing is reduced
};

Axes axes_of(const Call& call) {
  const auto axes = call.required_ints("axes", 1);
  Axes found{axes.value_or(Ints{}), call.flag("keepdims", true)};
  found.none = found.axes.empty() && call.flag("noop_with_empty_axes");
  return found;
}

using Reduce = Value (*)(Value, Ints, bool);

template <Reduce reduce>
Value over(const Axes& axes, Value x) {
  return axes.none ? x : reduce(x, axes.axes, axes.keep);
}

template <Reduce reduce>
std::vector<Item> plain(const Call& call) {
  return {over<reduce>(axes_of(call), call.input(0))};
}

std::vector<Item> norm_1(const Call& call) { return {over<reduce_sum>(axes_of(call), abs(call.input(0)))}; }

std::vector<Item> norm_2(const Call& call) {
  const Value x = call.input(0);
  return {sqrt(over<reduce_sum>(axes_of(call), x * x))};
}

std::vector<Item> log_sum(const Call& call) { return {log(over<reduce_sum>(axes_of(call), call.input(0)))}; }

std::vector<Item> sum_square(const Call& call) {
  const Value x = call.input(0);
  return {over<reduce_sum>(axes_of(call), x * x)};
}

// log Σ exp(x - m) + m, so that no term overflows; m is finite where x is not.
std::vector<Item> log_sum_exp(const Call& call) {
  const Value x = call.input(0);
  const Axes axes = axes_of(call);
  if (axes.none) return {x};
  const Value top = stop_gradient(reduce_max(x, axes.axes, true));
  const Value shift = select(is_finite(top), top, 0.0);
  const Value sums = log(reduce_sum(exp(x - shift), axes.axes, axes.keep));
  return {sums + (axes.keep ? shift : reduce_sum(shift, axes.axes, false))};
}

// The last of equals is the first from the end.
template <Value (*find)(Value, std::int64_t, bool)>
std::vector<Item> extreme(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t axis = call.integer("axis", 0);
  const bool keep = call.flag("keepdims", true);
  if (!call.flag("select_last_index")) return {find(x, axis, keep)};
  const Value from_end = find(reverse(x, {axis}), axis, keep);
  const Value last = gather(shape_of(x), call.constant(Tensor::scalar<std::int64_t>(axis))) - 1.0;
  return {last - from_end};
}

std::vector<Item> running_sum(const Call& call) {
  const auto axis = call.required_ints("axis", 1);
  call.require(axis && axis->size() == 1, "it needs one axis");
  return {cumsum(call.input(0), axis->front(), {call.flag("exclusive"), call.flag("reverse")})};
}
}  // namespace

void add_reduction_rules(Rules& rules) {
  rules.add("ArgMax", extreme<arg_max>);
  rules.add("ArgMin", extreme<arg_min>);
  rules.add("CumSum", running_sum);
  rules.add("ReduceL1", norm_1);
  rules.add("ReduceL2", norm_2);
  rules.add("ReduceLogSum", log_sum);
  rules.add("ReduceLogSumExp", log_sum_exp);
  rules.add("ReduceMax", plain<reduce_max>);
  rules.add("ReduceMean", plain<reduce_mean>);
  rules.add("ReduceMin", plain<reduce_min>);
  rules.add("ReduceProd", plain<reduce_prod>);
  rules.add("ReduceSum", plain<reduce_sum>);
  rules.add("ReduceSumSquare", sum_square);
}

}  // namespace tenon::onnx
