#include "onnx/attention.h"

#include <cmath>
#include <limits>

#include "onnx/shapes.h"
#include "op/writing.h"

namespace tenon::onnx {

namespace {
double scale_of(const Call& call, Value q, double given) {
  if (given != 0) return given;
  const Dim size = q.type().dims[3];
  call.require(size.is_constant() && size.constant() > 0, "the size of its heads must be known");
  return 1 / std::sqrt(static_cast<double>(size.constant()));
}

Value heads_for(const Call& call, Value x, Value q) {
  const Dim own = x.type().dims[1], wanted = q.type().dims[1];
  if (own == wanted || !own.is_constant() || !wanted.is_constant()) return x;
  call.require(own.constant() > 0 && wanted.constant() % own.constant() == 0, "its ", own.constant(),
               " heads of keys cannot serve ", wanted.constant(), " heads of queries");
  return repeated(call, x, 1, wanted.constant() / own.constant());
}

Value without_masked_rows(Value weights, Value bias) {
  const Value highest = reduce_max(bias, {-1}, true);
  const double lowest = -std::numeric_limits<double>::infinity();
  return select(equal(highest, lowest), 0.0, weights);
}
}  // namespace

Attended attend(const Call& call, Value q, Value k, Value v, const AttentionScores& options) {
  call.require(q.rank() == 4 && k.rank() == 4 && v.rank() == 4, "its queries, keys and values are ", q.type(),
               ", ", k.type(), " and ", v.type());
  Attended result;
  result.scores = matmul(q * scale_of(call, q, options.scale), heads_for(call, k, q), {false, true});
  result.capped = result.scores;
  if (options.softcap != 0) result.capped = tanh(result.scores / options.softcap) * options.softcap;
  result.biased = options.bias.defined() ? result.capped + options.bias : result.capped;
  result.weights = softmax(result.biased, -1);
  if (options.may_mask_rows) result.weights = without_masked_rows(result.weights, options.bias);
  result.y = matmul(result.weights, heads_for(call, v, q));
  return result;
}

Value split_heads(Value x, std::int64_t heads) {
  return transpose(reshape(x, Ints{0, 0, heads, -1}), {0, 2, 1, 3});
}

Value merge_heads(Value x) { return reshape(transpose(x, {0, 2, 1, 3}), Ints{0, 0, -1}); }

Value bias_where(Value allowed, Value like, double otherwise) {
  return select(allowed, scalar_like(0, like), scalar_like(otherwise, like));
}

Value within_reach(const Call& call, Value q, Value k, Value offset, const Reach& reach) {
  const Value keys = transpose(places_along(call, k, 2), {0, 1, 3, 2});
  Value place = places_along(call, q, 2);
  if (offset.defined()) place = place + offset;
  const Value behind = keys - place;
  Value allowed;
  if (reach.right) allowed = behind <= static_cast<double>(*reach.right);
  if (!reach.left) return allowed;
  const Value is_near = behind >= -static_cast<double>(*reach.left);
  return allowed.defined() ? logical_and(allowed, is_near) : is_near;
}

Value rotated(const Call& call, Value x, const Rotation& rotation) {
  const Dim half = rotation.cosines.type().dims[3], size = x.type().dims[3];
  call.require(half.is_constant() && half.constant() > 0, "the size of its caches must be known");
  const std::int64_t turned = 2 * half.constant();
  const bool is_whole = size.is(turned);
  Value part = is_whole ? x : slice(x, {{3, 0, turned}});
  Value a, b;
  if (rotation.interleaved) {
    part = reshape(part, Ints{0, 0, 0, half.constant(), 2});
    a = at_place(call, part, 0, 4);
    b = at_place(call, part, 1, 4);
  } else {
    a = slice(part, {{3, 0, half.constant()}});
    b = slice(part, {{3, half.constant(), turned}});
  }
  const Value first = a * rotation.cosines - b * rotation.sines;
  const Value second = a * rotation.sines + b * rotation.cosines;
  const Value y =
      rotation.interleaved
          ? reshape(concat({insert_axes(first, {4}), insert_axes(second, {4})}, 4), Ints{0, 0, 0, turned})
          : concat({first, second}, 3);
  return is_whole ? y : concat({y, slice(x, {{3, turned}})}, 3);
}

Value rows_of(Value cache, Value positions) {
  return insert_axes(positions.defined() ? gather(cache, positions) : cache, {2});
}

}  // namespace tenon::onnx
