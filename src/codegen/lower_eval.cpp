#include "codegen/lower_eval.h"

#include <algorithm>
#include <limits>

namespace tenon::codegen {

Linear flat_position(Positions& positions, const Position& at, const Shape& shape) {
  Linear flat;
  for (std::size_t i = 0; i < shape.size(); ++i) flat = positions.add(positions.scale(flat, shape[i]), at[i]);
  return flat;
}

Linear Evaluator::flat(const Position& at, const Shape& shape) {
  return flat_position(positions_, at, shape);
}

Position Evaluator::unflat(const Linear& position, const Shape& shape) {
  Position at(shape.size());
  std::int64_t inner = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    const Linear outer = positions_.quotient(position, inner);
    at[i] = i == 0 ? outer : positions_.remainder(outer, shape[i]);
    inner *= shape[i];
  }
  return at;
}

Position Evaluator::clipped(const Position& at, const Shape& shape) {
  Position result(at.end() - static_cast<std::ptrdiff_t>(shape.size()), at.end());
  for (std::size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == 1) result[i] = {};
  return result;
}

Index Evaluator::index_of(Atom atom) {
  const AtomInfo& info = positions_.info(atom);
  switch (info.kind) {
    case AtomKind::variable:
      return builder_.variable(static_cast<Var>(info.number));
    case AtomKind::scalar:
      return builder_.value_of(static_cast<Scalar>(info.number));
    case AtomKind::quotient:
      return builder_.divide(index(info.of), info.number);
    case AtomKind::remainder:
      return builder_.remainder(index(info.of), info.number);
    default:
      return builder_.clamp(index(info.of), info.number);
  }
}

Index Evaluator::index(const Linear& position) {
  Index sum = builder_.constant(position.constant);
  for (const Term term : position.terms)
    sum = builder_.add(sum, builder_.multiply(index_of(term.atom), term.factor));
  return sum;
}

Scalar Evaluator::value(Ref ref, const Position& at, Scalar when) {
  const auto key = std::tuple(ref, at, when);
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  const std::optional<Scalar> kept = read_(ref, at, when);
  const Scalar result = kept ? *kept : compute(ref, at, when);
  known_.emplace(key, result);
  return result;
}

Scalar Evaluator::compute(Ref ref, const Position& at, Scalar when) {
  const Node& node = graph_.node(ref);
  switch (node.op) {
    case Op::constant:
      return constant(node);
    case Op::reshape:
      return reshaped(node, at, when);
    case Op::transpose:
      return transposed(node, at, when);
    case Op::broadcast_to:
      return value(node.inputs[0], clipped(at, shape(node.inputs[0])), when);
    case Op::gather:
      return gathered(node, at, when);
    case Op::one_hot:
      return one_hot(node, at, when);
    case Op::iota:
      return builder_.cast(position_value(at[axis_of(node, at.size())]), node.results[0].dtype);
    case Op::stop_gradient:
      return value(node.inputs[0], at, when);
    default:
      return element(node, at, when);
  }
}

Scalar Evaluator::element(const Node& node, const Position& at, Scalar when) {
  std::vector<Scalar> args;
  for (const Ref input : node.inputs) args.push_back(value(input, clipped(at, shape(input)), when));
  const DType dtype = node.results[0].dtype;
  return node.op == Op::cast ? builder_.cast(args[0], dtype) : builder_.op(node.op, dtype, std::move(args));
}

Scalar Evaluator::number(DType dtype, double value) {
  return is_float(dtype) ? builder_.number(dtype, value)
                         : builder_.integer(dtype, static_cast<std::int64_t>(value));
}

Scalar Evaluator::constant(const Node& node) {
  const Tensor& tensor = node.attrs.tensor("value");
  return with_type(tensor.dtype(), [&]<class T>() {
    if constexpr (std::is_integral_v<T>)
      return builder_.integer(tensor.dtype(), static_cast<std::int64_t>(tensor.as<T>()[0]));
    else
      return builder_.number(tensor.dtype(), static_cast<double>(tensor.as<T>()[0]));
  });
}

Scalar Evaluator::position_value(const Linear& position) {
  on_position(position);
  const Bounds bounds = positions_.bounds(position);
  using Small = std::numeric_limits<std::int32_t>;
  const bool small = bounds.low >= Small::min() && bounds.high <= Small::max();
  return builder_.position(index(position), small ? DType::i32 : DType::i64);
}

Scalar Evaluator::reshaped(const Node& node, const Position& at, Scalar when) {
  const Linear position = flat(at, node.results[0].shape());
  return value(node.inputs[0], unflat(position, shape(node.inputs[0])), when);
}

Scalar Evaluator::transposed(const Node& node, const Position& at, Scalar when) {
  const Ints perm = permutation_of(node, at.size());
  Position from(at.size());
  for (std::size_t i = 0; i < at.size(); ++i) from[static_cast<std::size_t>(perm[i])] = at[i];
  return value(node.inputs[0], from, when);
}

// Negative indices count from the end; the nearest slice stands in for one out of range.
Scalar Evaluator::gathered(const Node& node, const Position& at, Scalar when) {
  const Shape from = shape(node.inputs[0]);
  const std::size_t axis = axis_of(node, from.size());
  const auto places = static_cast<std::ptrdiff_t>(shape(node.inputs[1]).size());
  const auto first = at.begin() + static_cast<std::ptrdiff_t>(axis);
  const Position place_of(first, first + places);
  const Scalar named = value(node.inputs[1], place_of, when);
  const DType dtype = builder_.type_of(named);
  const bool wide = size_of(dtype) == 8 || dtype == DType::u32 || from[axis] > (1 << 30);
  const DType signed_type = wide ? DType::i64 : DType::i32;
  Scalar place = builder_.cast(named, signed_type);
  if (is_signed_int(dtype)) {
    const Scalar negative = builder_.op(Op::less, DType::boolean, {place, number(signed_type, 0)});
    const Scalar from_end =
        builder_.op(Op::add, signed_type, {place, number(signed_type, static_cast<double>(from[axis]))});
    place = builder_.op(Op::select, signed_type, {negative, from_end, place});
  }
  constexpr std::int64_t kFar = std::int64_t{1} << 62;
  Position source(at.begin(), first);
  const Linear data = positions_.scalar(place, {-kFar, kFar}, flat(place_of, shape(node.inputs[1])));
  source.push_back(positions_.clamp(data, from[axis]));
  source.insert(source.end(), first + places, at.end());
  return value(node.inputs[0], source, when);
}

Scalar Evaluator::one_hot(const Node& node, const Position& at, Scalar when) {
  const Scalar named = value(node.inputs[0], Position(at.begin(), at.end() - 1), when);
  const DType dtype = node.results[0].dtype;
  const bool wide = size_of(builder_.type_of(named)) == 8 || builder_.type_of(named) == DType::u32 ||
                    node.results[0].shape().back() > (1 << 30);
  const DType compared = wide ? DType::i64 : DType::i32;
  on_position(at.back());
  const Scalar here = builder_.position(index(at.back()), compared);
  const Scalar hit = builder_.op(Op::equal, DType::boolean, {builder_.cast(named, compared), here});
  return builder_.op(Op::select, dtype, {hit, number(dtype, 1), number(dtype, 0)});
}

Scalar Evaluator::term(const Node& node, const Fold& fold, const Position& kept, const Position& reduced) {
  if (node.op == Op::matmul) return product(node, fold, kept, reduced[0]);
  const auto rank = shape(node.inputs[0]).size();
  const Ints axes = reduced_axes(node, rank);
  Position at(rank);
  std::size_t next_kept = 0;
  std::size_t next_reduced = 0;
  for (std::size_t i = 0; i < rank; ++i) {
    const bool gone = std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i));
    at[i] = gone ? reduced[next_reduced++] : kept[next_kept++];
  }
  return builder_.cast(value(node.inputs[0], at), fold.type);
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

}  // namespace tenon::codegen
