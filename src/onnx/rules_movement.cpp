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
  if (zero_is_empty) return {reshape(x, shape.value)};
  // A zero copies x's dimension of that place.
  const Type& wanted = shape.value.type();
  call.require(wanted.concrete() && x.type().ranked, "the rank of its input and of its shape must be known");
  const std::int64_t rank = wanted.dims[0].constant();
  Value own = shape_of(x);
  if (rank < x.rank()) own = slice(own, {{0, 0, rank}});
  if (rank > x.rank()) own = pad(own, {{0}, {rank - x.rank()}});
  return {reshape(x, select(equal(shape.value, 0.0), own, shape.value))};
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

std::vector<Item> squeezing(const Call& call) {
  const Value x = call.input(0);
  const std::optional<Ints> axes = call.required_ints("axes", 1);
  std::vector<bool> gone(static_cast<std::size_t>(x.rank()));
  if (axes)
    for (const std::int64_t axis : *axes)
      gone[static_cast<std::size_t>(place_of(call, axis, x.rank()))] = true;
  for (std::size_t i = 0; i < gone.size() && !axes; ++i) {
    call.require(x.type().dims[i].is_constant(), "which of its axes are 1 is not known: it needs the axes");
    gone[i] = x.type().dims[i].is(1);
  }
  return {without_axes(call, x, gone)};
}

std::vector<Item> unsqueezing(const Call& call) {
  const Value x = call.input(0);
  const auto axes = call.required_ints("axes", 1);
  call.require(axes.has_value(), "its axes are missing");
  Ints places;
  const std::int64_t rank = x.rank() + static_cast<std::int64_t>(axes->size());
  for (const std::int64_t axis : *axes) places.push_back(place_of(call, axis, rank));
  std::ranges::sort(places);
  call.require(std::ranges::adjacent_find(places) == places.end(), "an axis is named twice");
  return {insert_axes(x, places)};
}

std::vector<Item> joining(const Call& call) {
  return {concat(call.inputs(), call.integer("axis", call.opset() < 4 ? 1 : 0))};
}

// Slices by attributes (before opset 10) or by inputs.
std::vector<Item> slicing(const Call& call) {
  const Value x = call.input(0);
  const auto starts = call.required_ints("starts", 1), ends = call.required_ints("ends", 2);
  const auto axes = call.required_ints("axes", 3), steps = call.required_ints("steps", 4);
  call.require(starts && ends && starts->size() == ends->size(), "it needs as many ends as starts");
  call.require((!axes || axes->size() == starts->size()) && (!steps || steps->size() == starts->size()),
               "it needs as many axes and steps as starts");
  std::vector<SliceSpec> parts;
  for (std::size_t i = 0; i < starts->size(); ++i)
    parts.push_back({axes ? (*axes)[i] : static_cast<std::int64_t>(i), (*starts)[i], (*ends)[i],
                     steps ? (*steps)[i] : 1});
  return {slice(x, parts)};
}

std::vector<Item> splitting(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t axis = place_of(call, call.integer("axis", 0), x.rank());
  auto sizes = call.required_ints("split", 1);
  if (!sizes) {
    const auto parts = static_cast<std::int64_t>(call.output_count());
    const Dim size = x.type().dims[static_cast<std::size_t>(axis)];
    call.require(size.is_constant(), "the size of the axis that it splits is not known");
    const std::int64_t each = (size.constant() + parts - 1) / parts;
    sizes = Ints(static_cast<std::size_t>(parts), each);
    sizes->back() = size.constant() - each * (parts - 1);
  }
  std::vector<Item> results;
  std::int64_t start = 0;
  for (const std::int64_t size : *sizes) {
    call.require(size >= 0, "a part of size ", size, " is none");
    results.emplace_back(slice(x, {{axis, start, start + size}}));
    start += size;
  }
  return results;
}

// In older opsets the amounts and the filler were attributes.
std::vector<Item> padding(const Call& call) {
  const Value x = call.input(0);
  const auto pads =
      call.has_attribute("paddings") ? call.required_ints("paddings", 1) : call.required_ints("pads", 1);
  call.require(pads.has_value(), "its pads are missing");
  const auto rank = static_cast<std::size_t>(x.rank());
  PadOptions options{Ints(rank, 0), Ints(rank, 0), call.text("mode", "constant"), 0};
  Ints axes;
  if (call.has(3))
    axes = *call.required_ints("axes", 3);
  else
    for (std::int64_t axis = 0; axis < x.rank(); ++axis) axes.push_back(axis);
  call.require(pads->size() == 2 * axes.size(), "its pads need ", 2 * axes.size(), " entries");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(place_of(call, axes[i], x.rank()));
    options.low[axis] = (*pads)[i];
    options.high[axis] = (*pads)[i + axes.size()];
  }
  options.value = call.number("value", 0);
  if (call.has(2)) {
    const auto value = call.known_number(2);
    call.require(value.has_value(), "its filler is only known when the model runs");
    options.value = *value;
  }
  const bool nothing = std::ranges::all_of(*pads, [](std::int64_t pad) { return pad == 0; });
  return {nothing ? x : pad(x, options)};
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
  call.require(x.type().ranked && wanted.concrete(), "the ranks of its input and its shape must be known");
  const std::int64_t rank = std::max(x.rank(), wanted.dims[0].constant());
  const auto widened = [&](Value dims) {
    const std::int64_t missing = rank - dims.type().dims[0].constant();
    return missing == 0 ? dims : pad(dims, {{missing}, {0}, "constant", 1});
  };
  const Value target = widened(like);
  own = widened(own);
  return {broadcast_to(x, select(equal(target, 1.0), own, target))};
}

std::vector<Item> tiling(const Call& call) {
  const Value x = call.input(0);
  const auto repeats = call.required_ints("repeats", 1);
  call.require(repeats && static_cast<std::int64_t>(repeats->size()) == x.rank(), "it needs ", x.rank(),
               " repeats");
  Value y = x;
  for (std::int64_t axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t times = (*repeats)[static_cast<std::size_t>(axis)];
    call.require(times >= 0, "a repeat is ", times);
    if (times == 1) continue;
    if (times == 0) {
      y = slice(y, {{axis, 0, 0}});
      continue;
    }
    const Value stacked = insert_axes(y, {axis});
    Ints wide(static_cast<std::size_t>(x.rank() + 1), -1);
    wide[static_cast<std::size_t>(axis)] = times;
    Ints merged(static_cast<std::size_t>(x.rank()), 0);
    const Value wider = broadcast_to(stacked, wide);
    Value dims = shape_of(y);
    Tensor factor = Tensor::full(DType::i64, {x.rank()}, 1);
    factor.set_number(axis, static_cast<double>(times));
    const Value shape = dims * call.constant(factor);
    const auto known = call.known(shape);
    y = known ? reshape(wider, Ints(known->as<std::int64_t>().begin(), known->as<std::int64_t>().end()))
              : reshape(wider, shape);
  }
  return {y};
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
  rules.add("Pad", padding);
  rules.add("Reshape", reshaping);
  rules.add("ScatterND", scattering_points);
  rules.add("Slice", slicing);
  rules.add("Split", splitting);
  rules.add("Squeeze", squeezing);
  rules.add("Tile", tiling);
  rules.add("Transpose", transposing);
  rules.add("Unsqueeze", unsqueezing);
}

}  // namespace tenon::onnx
