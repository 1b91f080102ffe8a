#include <algorithm>

#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Elements that change their places: reshaping, transposing, cutting and joining, indexing.
namespace tenon::onnx {

namespace {
std::vector<Item> reshaping(const Call& call) {
  const Value x = call.input(0);
  const Operand64 shape = call.operand("shape", 1);
  const bool zero_is_empty = call.flag("allowzero");
  if (shape.known) {
    const auto has_zero = std::ranges::find(*shape.known, 0) != shape.known->end();
    if (!zero_is_empty || !has_zero) return {reshape(x, *shape.known)};
    return {reshape(x, call.integers(*shape.known))};
  }
  return {reshape(x, shape.value, !zero_is_empty)};
}

std::vector<Item> flattening(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t rank = x.rank();
  std::int64_t axis = call.integer("axis", 1);
  call.require(axis >= -rank && axis <= rank, "its axis ", axis, " is none of ", rank);
  if (axis < 0) axis += rank;
  if (axis == 0) return {reshape(x, Ints{1, -1})};
  if (axis == 1 && rank > 0) return {reshape(x, Ints{0, -1})};
  Value rows = reduce_prod(slice(shape_of(x), {{0, 0, axis}}), {0}, true);
  if (const auto known = call.known(rows)) return {reshape(x, Ints{known->as<std::int64_t>()[0], -1})};
  return {reshape(x, concat({rows, call.integers({-1})}, 0))};
}

std::vector<Item> transposing(const Call& call) { return {transpose(call.input(0), call.ints("perm"))}; }

// Axes that are only known when the model runs; how many they are is known before.
struct OpenAxes {
  Value places;  // i64, which may count from the end
  std::int64_t count;
};

OpenAxes open_axes(const Call& call, const Operand64& axes) {
  const Type& type = axes.value.type();
  call.require(type.concrete() && type.rank() == 1, "how many its axes are must be known");
  return {axes.value, type.size()};
}

// Of each axis in [0, rank), whether it is one of them.
Value is_named(const Call& call, const OpenAxes& axes, std::int64_t rank) {
  const Value from_start = select(axes.places < 0.0, axes.places + static_cast<double>(rank), axes.places);
  const Value matches = equal(along(iota(call.graph(), {rank}), 0, 2), along(from_start, 1, 2));
  return reduce_max(cast(matches, DType::i64), {1});
}

// The dimensions of those that stay, in order: the numbers of the others are put behind all.
Value squeezed(const Call& call, Value x, const OpenAxes& axes) {
  const double rank = static_cast<double>(x.rank());
  const Value order = sort(iota(call.graph(), {x.rank()}) + is_named(call, axes, x.rank()) * rank, 0).values;
  const Value kept = slice(order, {{0, 0, x.rank() - axes.count}});
  return reshape(x, gather(shape_of(x), kept));
}

std::vector<Item> squeezing(const Call& call) {
  const Value x = call.input(0);
  const Operand64 axes = call.operand("axes", 1);
  if (axes.value.defined()) return {squeezed(call, x, open_axes(call, axes))};
  std::vector<bool> gone(static_cast<std::size_t>(x.rank()));
  if (axes.known)
    for (const std::int64_t axis : *axes.known)
      gone[static_cast<std::size_t>(place_of(call, axis, x.rank()))] = true;
  for (std::size_t i = 0; i < gone.size() && !axes.known; ++i) {
    call.require(x.type().dims[i].is_constant(), "which of its axes are 1 is not known: it needs the axes");
    gone[i] = x.type().dims[i].is(1);
  }
  return {without_axes(call, x, gone)};
}

// Each place of the result that is not new has the next dimension of x.
Value unsqueezed(const Call& call, Value x, const OpenAxes& axes) {
  const Value is_new = is_named(call, axes, x.rank() + axes.count);
  if (x.rank() == 0) return reshape(x, is_new);
  const Value source = cumsum(1.0 - is_new, 0) - 1.0;
  return reshape(x, select(equal(is_new, 1.0), 1.0, gather(shape_of(x), maximum(source, 0.0))));
}

std::vector<Item> unsqueezing(const Call& call) {
  const Value x = call.input(0);
  const Operand64 axes = call.operand("axes", 1);
  call.require(axes.given(), "its axes are missing");
  if (axes.value.defined()) return {unsqueezed(call, x, open_axes(call, axes))};
  Ints places;
  const std::int64_t rank = x.rank() + static_cast<std::int64_t>(axes.known->size());
  for (const std::int64_t axis : *axes.known) places.push_back(place_of(call, axis, rank));
  std::ranges::sort(places);
  call.require(std::ranges::adjacent_find(places) == places.end(), "an axis is named twice");
  return {insert_axes(x, places)};
}

std::vector<Item> joining(const Call& call) {
  return {concat(call.inputs(), call.integer("axis", call.opset() < 4 ? 1 : 0))};
}

// Both operands stretch: a dimension of the shape that is 1 leaves x as it is.
std::vector<Item> expanding(const Call& call) {
  const Value x = call.input(0);
  const Operand64 shape = call.operand("shape", 1);
  if (shape.known && x.type().concrete()) {
    Shape own = x.type().shape();
    Ints wanted = *shape.known;
    if (own.size() > wanted.size()) wanted.insert(wanted.begin(), own.size() - wanted.size(), 1);
    for (std::size_t i = 0; i < own.size(); ++i) {
      std::int64_t& size = wanted[wanted.size() - own.size() + i];
      if (size == 1) size = own[i];
    }
    return {broadcast_to(x, wanted)};
  }
  const Value like = shape.known ? call.integers(*shape.known) : shape.value;
  Value own = shape_of(x);
  const Type& wanted = like.type();
  call.require(x.type().ranked && wanted.concrete() && wanted.rank() == 1,
               "the ranks of its input and its shape must be known");
  const std::int64_t rank = std::max(x.rank(), wanted.dims[0].constant());
  const auto widened = [&](Value dims) {
    const std::int64_t missing = rank - dims.type().dims[0].constant();
    return missing == 0 ? dims : pad(dims, {{missing}, {0}, "constant", 1});
  };
  const Value target = widened(like);
  own = widened(own);
  return {broadcast_to(x, select(equal(target, 1.0), own, target))};
}

std::vector<Item> gathering(const Call& call) {
  const Value indices = call.input(1);
  return {gather(call.input(0), indices.dtype() == DType::i64 ? indices : cast(indices, DType::i64),
                 call.integer("axis", 0))};
}

std::vector<Item> gathering_points(const Call& call) {
  return {gather_nd(call.input(0), call.input(1), call.integer("batch_dims", 0))};
}

std::vector<Item> scattering_points(const Call& call) {
  return {scatter_nd(call.input(0), call.input(1), call.input(2), call.text("reduction", "none"))};
}

// Pixels out of channels: [N, b b C, H, W] to [N, C, H b, W b].
std::vector<Item> depth_to_space(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t block = call.integer("blocksize");
  call.require(block > 0 && x.rank() == 4, "it needs images and a positive blocksize");
  const Value shape = shape_of(x);
  const auto dim = [&](std::int64_t axis) { return slice(shape, {{0, axis, axis + 1}}); };
  const Value b = call.integers({block});
  const Value c = div(dim(1), static_cast<double>(block * block));
  const bool columns_first = call.text("mode", "DCR") == "CRD";
  const std::vector<Value> parts = columns_first ? std::vector<Value>{dim(0), c, b, b, dim(2), dim(3)}
                                                 : std::vector<Value>{dim(0), b, b, c, dim(2), dim(3)};
  const auto as = [&](Value y, const std::vector<Value>& dims) {
    const Value wanted = concat(dims, 0);
    const auto known = call.known(wanted);
    if (!known) return reshape(y, wanted);
    const auto sizes = known->as<std::int64_t>();
    return reshape(y, Ints(sizes.begin(), sizes.end()));
  };
  const Value split = as(x, parts);
  const Value moved = transpose(split, columns_first ? Ints{0, 1, 4, 2, 5, 3} : Ints{0, 3, 4, 1, 5, 2});
  return {as(moved, {dim(0), c, dim(2) * static_cast<double>(block), dim(3) * static_cast<double>(block)})};
}
}  // namespace

void add_movement_rules(Rules& rules) {
  rules.add("Concat", joining);
  rules.add("DepthToSpace", depth_to_space);
  rules.add("Expand", expanding);
  rules.add("Flatten", flattening);
  rules.add("Gather", gathering);
  rules.add("GatherND", gathering_points);
  rules.add("Reshape", reshaping);
  rules.add("ScatterND", scattering_points);
  rules.add("Squeeze", squeezing);
  rules.add("Transpose", transposing);
  rules.add("Unsqueeze", unsqueezing);
}

}  // namespace tenon::onnx
