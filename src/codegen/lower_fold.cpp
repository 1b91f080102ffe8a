// Folds: what they collect, and what becomes of it.
#include <algorithm>

#include "codegen/lower_eval.h"

namespace tenon::codegen {

Contribution Evaluator::term(const Node& node, const Fold& fold, const Position& kept,
                             const Position& reduced) {
  if (node.op == Op::matmul) return {product(node, fold, kept, reduced[0]), kNone, {}};
  if (node.op == Op::conv) return {convolved(node, fold, kept, reduced), kNone, {}};
  if (node.op == Op::max_pool || node.op == Op::avg_pool) return pooled(node, fold, kept, reduced);
  if (is_pooling(node.op)) return unpooled(node, fold, kept, reduced);
  if (node.op == Op::cumsum) return {builder_.cast(value(node.inputs[0], kept), fold.type), kNone, {}};
  const auto rank = shape(node.inputs[0]).size();
  const Ints axes = named_axes(node, rank);
  Position at(rank);
  std::size_t next_kept = 0;
  std::size_t next_reduced = 0;
  for (std::size_t i = 0; i < rank; ++i) {
    const bool gone = std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i));
    at[i] = gone ? reduced[next_reduced++] : kept[next_kept++];
  }
  const Linear place = reduced.empty() ? Linear{} : reduced[0];
  return {builder_.cast(value(node.inputs[0], at), fold.type), kNone, place};
}

Scalar Evaluator::product(const Node& node, const Fold& fold, const Position& kept, const Linear& depth) {
  const auto factor = [&](std::size_t input, const Linear& outer, const Linear& inner) {
    Position at(kept.begin(), kept.end() - 2);
    at.push_back(outer);
    at.push_back(inner);
    const Ref ref = node.inputs[input];
    return builder_.cast(value(ref, clipped(at, shape(ref))), fold.type);
  };
  const Linear& row = kept[kept.size() - 2];
  const Linear& column = kept.back();
  const Scalar a = node.attrs.flag("transpose_a") ? factor(0, depth, row) : factor(0, row, depth);
  const Scalar b = node.attrs.flag("transpose_b") ? factor(1, column, depth) : factor(1, depth, column);
  return builder_.op(Op::mul, fold.type, {a, b});
}

// `tap` is the channel in its group, and then the place of the window. Padding is an op of its own by now.
Scalar Evaluator::convolved(const Node& node, const Fold& fold, const Position& kept, const Position& tap) {
  const Shape filters = shape(node.inputs[1]);
  const Window window = window_of(node.attrs, {filters.begin() + 2, filters.end()});
  const Linear group = positions_.quotient(kept[1], filters[0] / node.attrs.integer("groups"));
  Position at = {kept[0], positions_.add(positions_.scale(group, filters[1]), tap[0])};
  for (std::size_t i = 0; i < window.rank(); ++i)
    at.push_back(positions_.add(positions_.scale(kept[i + 2], window.strides[i]),
                                positions_.scale(tap[i + 1], window.dilations[i])));
  Position weight = {kept[1]};
  weight.insert(weight.end(), tap.begin(), tap.end());
  return builder_.op(Op::mul, fold.type,
                     {builder_.cast(value(node.inputs[0], at), fold.type),
                      builder_.cast(value(node.inputs[1], weight), fold.type)});
}

// The place of the window that a tap names, where it is not in the padding.
Contribution Evaluator::pooled(const Node& node, const Fold& fold, const Position& kept,
                               const Position& tap) {
  const Window window = pooling_window(node);
  const Shape from = shape(node.inputs[0]);
  Position at = kept;
  Scalar when = kNone;
  for (std::size_t i = 0; i < window.rank(); ++i) {
    const Linear start =
        positions_.add(positions_.scale(kept[i + 2], window.strides[i]), -window.pads_low[i]);
    at[i + 2] = positions_.add(start, positions_.scale(tap[i], window.dilations[i]));
    when = both(when, inside(at[i + 2], from[i + 2]));
    at[i + 2] = positions_.assume(at[i + 2], from[i + 2]);
  }
  return {builder_.cast(value(node.inputs[0], at, when), fold.type), when, flat(tap, window.kernel)};
}

// The window of which an element is the place that a tap names, where there is one.
Contribution Evaluator::unpooled(const Node& node, const Fold& fold, const Position& kept,
                                 const Position& tap) {
  const Window window = pooling_window(node);
  const Shape windows = shape(node.inputs[0]);
  Position at = kept;
  Scalar when = kNone;
  for (std::size_t i = 0; i < window.rank(); ++i) {
    const Linear reach = positions_.add(kept[i + 2], window.pads_low[i]);
    const Linear start = positions_.subtract(reach, positions_.scale(tap[i], window.dilations[i]));
    at[i + 2] = positions_.quotient(start, window.strides[i]);
    when = both(when, inside(at[i + 2], windows[i + 2]));
    at[i + 2] = positions_.assume(at[i + 2], windows[i + 2]);
    when = both(when, inside(positions_.remainder(start, window.strides[i]), 1));
  }
  if (node.op == Op::max_unpool) {
    const Scalar place = builder_.cast(value(node.inputs[1], at, when), DType::i32);
    const Scalar here = builder_.cast(position_value(flat(tap, window.kernel)), DType::i32);
    when = both(when, builder_.op(Op::equal, DType::boolean, {place, here}));
  }
  return {builder_.cast(value(node.inputs[0], at, when), fold.type), when, {}};
}

Scalar Evaluator::finished(const Node& node, const Fold& fold, Acc accumulator, std::uint32_t result) {
  const DType dtype = node.results[result].dtype;
  const bool position = fold.combine == Combine::arg_max || fold.combine == Combine::arg_min;
  if (position && (node.op != Op::max_pool || result == 1)) {
    const Scalar place = builder_.read_position(accumulator);
    if (node.op != Op::max_pool) return builder_.cast(place, dtype);
    // A window that is all padding has no place.
    const Scalar places = number(DType::i64, static_cast<double>(element_count(fold.reduced)));
    const Scalar known = builder_.op(Op::less, DType::boolean, {place, places});
    return builder_.cast(builder_.op(Op::select, DType::i64, {known, place, number(DType::i64, 0)}), dtype);
  }
  Scalar collected = builder_.read(accumulator);
  if (node.op == Op::avg_pool || node.op == Op::avg_unpool)
    collected = builder_.op(Op::mul, fold.type,
                            {collected, number(fold.type, 1 / static_cast<double>(window_places(node)))});
  return builder_.cast(collected, dtype);
}

}  // namespace tenon::codegen
