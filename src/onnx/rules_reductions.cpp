#include "onnx/rules.h"
#include "onnx/shapes.h"

// Reductions. In older opsets the axes were an attribute.
namespace tenon::onnx {

namespace {
struct Axes {
  Operand64 axes;
  bool keep = true;
  bool none = false;  // nothing is reduced
};

Axes axes_of(const Call& call) {
  Axes found{call.operand("axes", 1), call.flag("keepdims", true)};
  const Value& value = found.axes.value;
  const bool is_empty = value.defined() && value.type().concrete() && value.type().size() == 0;
  if (is_empty) found.axes = {};
  const bool names_none = !found.axes.given() || (found.axes.known && found.axes.known->empty());
  found.none = names_none && call.flag("noop_with_empty_axes");
  return found;
}

// A reduction, over axes that are known or only when the model runs.
struct Reduce {
  Value (*known)(Value, Ints, bool);
  Value (*open)(Value, Value, bool);
};
constexpr Reduce kSum{reduce_sum, reduce_sum}, kProd{reduce_prod, reduce_prod}, kMax{reduce_max, reduce_max},
    kMin{reduce_min, reduce_min}, kMean{reduce_mean, reduce_mean};

Value over(const Reduce& reduce, const Operand64& axes, Value x, bool keep) {
  return axes.value.defined() ? reduce.open(x, axes.value, keep)
                              : reduce.known(x, axes.known.value_or(Ints{}), keep);
}

Value over(const Reduce& reduce, const Axes& axes, Value x) {
  return axes.none ? x : over(reduce, axes.axes, x, axes.keep);
}

// Of integers: the sum over the number of elements, truncated.
std::vector<Item> mean(const Call& call) {
  const Value x = call.input(0);
  const Axes axes = axes_of(call);
  if (is_float(x.dtype()) || axes.none) return {over(kMean, axes, x)};
  const Value ones = stretched(call, scalar_like(1, x), sizes_of(call, x));
  return {over(kSum, axes, x) / over(kSum, axes, ones)};
}

template <const Reduce& reduce>
std::vector<Item> plain(const Call& call) {
  return {over(reduce, axes_of(call), call.input(0))};
}

std::vector<Item> norm_1(const Call& call) { return {over(kSum, axes_of(call), abs(call.input(0)))}; }

// Roots and logarithms of integers are computed as floats and truncated.
Value as_float(Value x) { return is_float(x.dtype()) ? x : cast(x, DType::f64); }

std::vector<Item> norm_2(const Call& call) {
  const Value x = as_float(call.input(0));
  return {cast_to(sqrt(over(kSum, axes_of(call), x * x)), call.input(0).dtype())};
}

std::vector<Item> log_sum(const Call& call) {
  const Value x = as_float(call.input(0));
  return {cast_to(log(over(kSum, axes_of(call), x)), call.input(0).dtype())};
}

std::vector<Item> sum_square(const Call& call) {
  const Value x = call.input(0);
  return {over(kSum, axes_of(call), x * x)};
}

// log Σ exp(x - m) + m, so that no term overflows; m is finite where x is not.
std::vector<Item> log_sum_exp(const Call& call) {
  const Value x = as_float(call.input(0));
  const Axes axes = axes_of(call);
  if (axes.none) return {call.input(0)};
  const Value top = stop_gradient(over(kMax, axes.axes, x, true));
  const Value shift = select(is_finite(top), top, 0.0);
  const Value sums = log(over(kSum, axes.axes, exp(x - shift), axes.keep));
  const Value total = sums + (axes.keep ? shift : over(kSum, axes.axes, shift, false));
  return {cast_to(total, call.input(0).dtype())};
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
  const Operand64 axis = call.operand("axis", 1);
  const CumsumOptions options{call.flag("exclusive"), call.flag("reverse")};
  if (axis.value.defined()) return {cumsum(call.input(0), as_scalar(axis.value), options)};
  call.require(axis.known && axis.known->size() == 1, "it needs one axis");
  return {cumsum(call.input(0), axis.known->front(), options)};
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
  rules.add("ReduceMax", plain<kMax>);
  rules.add("ReduceMean", mean);
  rules.add("ReduceMin", plain<kMin>);
  rules.add("ReduceProd", plain<kProd>);
  rules.add("ReduceSum", plain<kSum>);
  rules.add("ReduceSumSquare", sum_square);
}

}  // namespace tenon::onnx
