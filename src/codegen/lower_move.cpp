// Movement: where an element of the result comes from.
#include <algorithm>

#include "codegen/lower_eval.h"

namespace tenon::codegen {

Scalar Evaluator::moved(const Node& node, const Position& at, Scalar when) {
  switch (node.op) {
    case Op::reshape:
      return reshaped(node, at, when);
    case Op::transpose:
      return transposed(node, at, when);
    case Op::broadcast_to:
      return value(node.inputs[0], clipped(at, shape(node.inputs[0])), when);
    case Op::slice:
      return value(node.inputs[0], sliced(node, at), when);
    case Op::reverse:
      return value(node.inputs[0], reversed(node, at), when);
    case Op::pad:
      return padded(node, at, when);
    case Op::concat:
      return joined(node, at, when);
    case Op::gather:
      return gathered(node, at, when);
    default:
      return value(node.inputs[0], at, when);
  }
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

Position Evaluator::sliced(const Node& node, const Position& at) {
  const Shape from = shape(node.inputs[0]);
  const Ints& starts = node.attrs.ints("starts");
  const Ints& axes = node.attrs.ints("axes");
  const Ints& steps = node.attrs.ints("steps");
  Position source = at;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t axis = axes.empty() ? i : static_cast<std::size_t>(from_front(axes[i], from.size()));
    const std::int64_t step = steps.empty() ? 1 : steps[i];
    const std::int64_t start = starts[i] < 0 ? starts[i] + from[axis] : starts[i];
    const std::int64_t last = step > 0 ? from[axis] : from[axis] - 1;
    const std::int64_t first = std::clamp<std::int64_t>(start, step > 0 ? 0 : -1, last);
    source[axis] = positions_.add(positions_.scale(at[axis], step), first);
  }
  return source;
}

Position Evaluator::reversed(const Node& node, const Position& at) {
  const Shape from = shape(node.inputs[0]);
  Position source = at;
  for (const std::int64_t axis : named_axes(node, from.size())) {
    Linear& place = source[static_cast<std::size_t>(axis)];
    place = positions_.add(positions_.scale(place, -1), from[static_cast<std::size_t>(axis)] - 1);
  }
  return source;
}

Scalar Evaluator::padded(const Node& node, const Position& at, Scalar when) {
  const Shape from = shape(node.inputs[0]);
  const std::string& mode = node.attrs.text("mode");
  Position source(at.size());
  Scalar known = kNone;
  for (std::size_t axis = 0; axis < at.size(); ++axis) {
    source[axis] = positions_.add(at[axis], -node.attrs.ints("low")[axis]);
    if (mode == "constant") {
      known = both(known, inside(source[axis], from[axis]));
      source[axis] = positions_.assume(source[axis], from[axis]);
    } else if (!positions_.within(source[axis], from[axis]))
      source[axis] = shown(mode, source[axis], from[axis]);
  }
  if (known == kNone) return value(node.inputs[0], source, when);
  const DType dtype = node.results[0].dtype;
  const Scalar filling = number(dtype, node.attrs.number("value"));
  if (element_count(from) == 0) return filling;
  return builder_.op(Op::select, dtype, {known, value(node.inputs[0], source, both(when, known)), filling});
}

// The place that a place outside of [0, size) shows.
Linear Evaluator::shown(const std::string& mode, const Linear& place, std::int64_t size) {
  if (mode == "edge" || size == 1) return positions_.clamp(place, size);
  if (mode == "wrap") return positions_.remainder(place, size);
  // There and back again, the ends once each: past the far end it goes back twice as fast as it came. The
  // clamp changes nothing; it says where the place lies.
  const Linear in_period = positions_.remainder(place, 2 * (size - 1));
  const Linear beyond = positions_.clamp(positions_.add(in_period, 1 - size), size - 1);
  return positions_.clamp(positions_.subtract(in_period, positions_.scale(beyond, 2)), size);
}

// Of the inputs the one in whose part the position lies; none of the others is read.
Scalar Evaluator::joined(const Node& node, const Position& at, Scalar when) {
  const std::size_t axis = axis_of(node, at.size());
  std::vector<std::pair<Scalar, Scalar>> parts;  // whether it is this one, and its element
  Position source = at;
  Linear place = at[axis];
  for (const Ref input : node.inputs) {
    const std::int64_t extent = shape(input)[axis];
    const Bounds bounds = positions_.bounds(place);
    if (bounds.high >= 0 && bounds.low < extent) {
      const Scalar here = inside(place, extent);
      source[axis] = positions_.assume(place, extent);
      parts.emplace_back(here, value(input, source, both(when, here)));
    }
    place = positions_.add(place, -extent);
  }
  Scalar result = parts.back().second;
  for (std::size_t i = parts.size() - 1; i-- > 0;)
    result = builder_.op(Op::select, node.results[0].dtype, {parts[i].first, parts[i].second, result});
  return result;
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

}  // namespace tenon::codegen
