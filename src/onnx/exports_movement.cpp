#include <algorithm>
#include <numeric>

#include "onnx/exporting.h"

// Elements that change their places, and shapes.
namespace tenon::onnx {

namespace {
Names reshaped(const Written& n) {
  const bool by_value = n.has(1);
  const std::string shape = by_value ? n.input(1) : n.integers(n.attrs().ints("shape"));
  const bool zero_is_empty = !n.attrs().flag("zero_copies");
  return {n.add("Reshape", {n.input(0), shape}, {{"allowzero", std::int64_t{zero_is_empty}}})};
}

Names transposed(const Written& n) {
  const Ints& perm = n.attrs().ints("perm");
  return {perm.empty() ? n.add("Transpose", n.inputs()) : n.add("Transpose", n.inputs(), {{"perm", perm}})};
}

// Where a dimension is kept, 1 stretches to it.
Names stretched(const Written& n) {
  if (n.has(1)) return {n.add("Expand", n.inputs())};
  Ints shape = n.attrs().ints("shape");
  std::ranges::replace(shape, -1, 1);
  return {n.add("Expand", {n.input(0), n.integers(shape)})};
}

Names stretched_like(const Written& n) {
  return {n.add("Expand", {n.input(0), n.add("Shape", {n.input(1)})})};
}

Ints first_axes(std::size_t count) {
  Ints axes(count);
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

Names sliced(const Written& n) {
  const Ints& axes = n.attrs().ints("axes");
  const AttrValue* const steps = n.attrs().find("steps");
  const bool has_no_input = !n.has(3) || (n.input_type(3).ranked && n.input_type(3).dims[0].is(0));
  const bool steps_are_1 = steps ? std::get<Ints>(*steps).empty() : has_no_input;
  return {n.add("Slice", {n.input(0), n.operand("starts", 1), n.operand("ends", 2),
                          axes.empty() ? std::string() : n.integers(axes),
                          steps_are_1 ? std::string() : n.operand("steps", 3)})};
}

Names reversed(const Written& n) {
  Ints axes = n.attrs().ints("axes");
  if (axes.empty()) {
    if (!n.input_type(0).ranked) n.fail("the rank of its input is not known");
    axes = first_axes(n.input_type(0).dims.size());
  }
  const std::size_t count = axes.size();
  return {n.add("Slice", {n.input(0), n.integers(Ints(count, -1)), n.integers(Ints(count, INT64_MIN)),
                          n.integers(axes), n.integers(Ints(count, -1))})};
}

Names padded(const Written& n) {
  const std::string pads =
      n.add("Concat", {n.operand("low", 1), n.operand("high", 2)}, {{"axis", std::int64_t{0}}});
  return {n.add("Pad", {n.input(0), pads, n.number(n.attrs().number("value"), n.type().dtype)},
                {{"mode", n.attrs().text("mode")}})};
}

Names joined(const Written& n) {
  return {n.add("Concat", n.inputs(), {{"axis", n.attrs().integer("axis")}})};
}

Names gathered(const Written& n) {
  return {n.add("Gather", n.inputs(), {{"axis", n.attrs().integer("axis")}})};
}

Names gathered_points(const Written& n) {
  return {n.add("GatherND", n.inputs(), {{"batch_dims", n.attrs().integer("batch_dims")}})};
}

Names scattered_points(const Written& n) {
  if (n.attrs().integer("batch_dims") != 0) n.fail("ONNX scatters without batch dimensions");
  return {n.add("ScatterND", n.inputs(), {{"reduction", n.attrs().text("reduction")}})};
}

// The axis comes to the front, where its slices are points.
Names scattered(const Written& n) {
  if (!n.type().ranked || !n.input_type(1).ranked) n.fail("the ranks of its inputs are not known");
  const std::int64_t rank = n.type().rank(), places = n.input_type(1).rank();
  std::int64_t axis = n.attrs().integer("axis");
  if (axis < 0) axis += rank;
  const auto to_front = [&](std::int64_t all, std::int64_t count) {
    Ints perm(static_cast<std::size_t>(all));
    std::iota(perm.begin(), perm.end(), 0);
    std::rotate(perm.begin(), perm.begin() + axis, perm.begin() + axis + count);
    return perm;
  };
  const Ints perm = to_front(rank, 1);
  Ints back(perm.size());
  for (std::size_t i = 0; i < perm.size(); ++i)
    back[static_cast<std::size_t>(perm[i])] = static_cast<std::int64_t>(i);
  const std::string x = n.add("Transpose", {n.input(0)}, {{"perm", perm}});
  const std::string updates =
      n.add("Transpose", {n.input(2)}, {{"perm", to_front(rank - 1 + places, places)}});
  const std::string points = n.add("Unsqueeze", {n.input(1), n.integers({-1})});
  const std::string y =
      n.add("ScatterND", {x, points, updates}, {{"reduction", n.attrs().text("reduction")}});
  return {n.add("Transpose", {y}, {{"perm", back}})};
}

// By comparison: ONNX's OneHot would count negative ids from the end.
Names one_hot_of(const Written& n) {
  const auto number = [&](std::int64_t value) { return n.constant(Tensor::scalar<std::int64_t>(value)); };
  const std::string depth = n.add("Squeeze", {n.operand("depth", 1)});
  const std::string all = n.add("Range", {number(0), depth, number(1)});
  const std::string places = n.add("Unsqueeze", {n.cast(n.input(0), DType::i64), n.integers({-1})});
  return {n.cast(n.add("Equal", {places, all}), n.attrs().dtype("dtype"))};
}

std::string scalar_at(const Written& n, const std::string& shape, std::int64_t place) {
  return n.add("Gather", {shape, n.constant(Tensor::scalar<std::int64_t>(place))});
}

// A row that counts, reshaped to stand along its axis and stretched.
Names counted(const Written& n) {
  if (!n.type().ranked) n.fail("the rank of its shape is not known");
  const std::string shape = n.has(0) ? n.input(0) : n.integers(n.attrs().ints("shape"));
  std::int64_t axis = n.attrs().integer("axis");
  if (axis < 0) axis += n.type().rank();
  const auto number = [&](std::int64_t value) { return n.constant(Tensor::scalar<std::int64_t>(value)); };
  const std::string row = n.add("Range", {number(0), scalar_at(n, shape, axis), number(1)});
  Ints along(static_cast<std::size_t>(n.type().rank()), 1);
  along[static_cast<std::size_t>(axis)] = -1;
  const std::string placed = n.add("Reshape", {row, n.integers(along)});
  return {n.cast(n.add("Expand", {placed, shape}), n.type().dtype)};
}

Names sorted(const Written& n) {
  const std::int64_t axis = n.attrs().integer("axis");
  const std::string shape = n.add("Shape", {n.input(0)});
  if (!n.input_type(0).ranked) n.fail("the rank of its input is not known");
  const std::int64_t place = axis < 0 ? axis + n.input_type(0).rank() : axis;
  const std::string count = n.add("Gather", {shape, n.integers({place})});
  return n.add_many("TopK", {n.input(0), count}, 2,
                    {{"axis", axis}, {"largest", std::int64_t{n.attrs().flag("descending")}}});
}

Names first_of(const Written& n) {
  return n.add_many("TopK", {n.input(0), n.operand("k", 1)}, 2,
                    {{"axis", n.attrs().integer("axis")},
                     {"largest", std::int64_t{n.attrs().flag("largest")}},
                     {"sorted", std::int64_t{n.attrs().flag("sorted")}}});
}

Names summed_up(const Written& n) {
  return {n.add("CumSum", {n.input(0), n.operand("axis", 1)},
                {{"exclusive", std::int64_t{n.attrs().flag("exclusive")}},
                 {"reverse", std::int64_t{n.attrs().flag("reverse")}}})};
}

Names places_of_nonzero(const Written& n) { return {n.add("NonZero", n.inputs())}; }

Names each_once(const Written& n) {
  Written::Attributes attributes{{"sorted", std::int64_t{n.attrs().flag("sorted")}}};
  if (n.attrs().find("axis")) attributes.emplace_back("axis", n.attrs().integer("axis"));
  return n.add_many("Unique", n.inputs(), 4, attributes);
}

Names boxes_kept(const Written& n) {
  return {n.add("NonMaxSuppression", n.inputs(),
                {{"center_point_box", std::int64_t{n.attrs().flag("centred")}}})};
}

Names dimensions(const Written& n) { return {n.add("Shape", n.inputs())}; }
}  // namespace

void add_movement_exports(ExportRules& rules) {
  rules[Op::broadcast_to] = stretched;
  rules[Op::concat] = joined;
  rules[Op::cumsum] = summed_up;
  rules[Op::expand_like] = stretched_like;
  rules[Op::gather] = gathered;
  rules[Op::gather_nd] = gathered_points;
  rules[Op::iota] = counted;
  rules[Op::non_max_suppression] = boxes_kept;
  rules[Op::nonzero] = places_of_nonzero;
  rules[Op::one_hot] = one_hot_of;
  rules[Op::pad] = padded;
  rules[Op::reshape] = reshaped;
  rules[Op::reverse] = reversed;
  rules[Op::scatter] = scattered;
  rules[Op::scatter_nd] = scattered_points;
  rules[Op::shape_of] = dimensions;
  rules[Op::slice] = sliced;
  rules[Op::sort] = sorted;
  rules[Op::top_k] = first_of;
  rules[Op::transpose] = transposed;
  rules[Op::unique] = each_once;
}

}  // namespace tenon::onnx
