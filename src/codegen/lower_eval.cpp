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

Index Evaluator::index(const Linear& wanted) {
  const Linear position = positions_.plain(wanted);
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
    case Op::one_hot:
      return one_hot(node, at, when);
    case Op::iota:
      return builder_.cast(position_value(at[axis_of(node, at.size())]), node.results[0].dtype);
    default:
      return is_movement(node.op) ? moved(node, at, when) : element(node, at, when);
  }
}

// Whether a position lies in [0, bound); kNone where it always does.
Scalar Evaluator::inside(const Linear& position, std::int64_t bound) {
  const Bounds bounds = positions_.bounds(position);
  Scalar holds = kNone;
  const auto compare = [&](Op op, std::int64_t with) {
    const Scalar here = position_value(position);
    const Scalar limit = builder_.integer(builder_.type_of(here), with);
    holds = both(holds, builder_.op(op, DType::boolean, {here, limit}));
  };
  if (bounds.low < 0) compare(Op::greater_equal, 0);
  if (bounds.high >= bound) compare(Op::less, bound);
  return holds;
}

Scalar Evaluator::both(Scalar a, Scalar b) {
  if (a == kNone || b == kNone || a == b) return a == kNone ? b : a;
  return builder_.op(Op::logical_and, DType::boolean, {a, b});
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

Scalar Evaluator::position_value(const Linear& wanted) {
  const Linear position = positions_.plain(wanted);
  on_position(position);
  const Bounds bounds = positions_.bounds(position);
  using Small = std::numeric_limits<std::int32_t>;
  const bool small = bounds.low >= Small::min() && bounds.high <= Small::max();
  return builder_.position(index(position), small ? DType::i32 : DType::i64);
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

}  // namespace tenon::codegen
