#include <algorithm>
#include <functional>

#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Tensors cut, filled up and repeated. What says how much may be known only when the model runs.
namespace tenon::onnx {

namespace {
Value value_of(const Call& call, const Operand64& operand) {
  return operand.known ? call.integers(*operand.known) : operand.value;
}

std::int64_t count_of(const Call& call, const Operand64& operand) {
  if (operand.known) return static_cast<std::int64_t>(operand.known->size());
  const Type& type = operand.value.type();
  call.require(type.concrete() && type.rank() == 1, "how many axes it names must be known");
  return type.size();
}

// Entries for some axes as entries for all: the others have `otherwise`.
class Spread {
 public:
  Spread(const Call& call, const Operand64& axes, std::int64_t rank) : call_(call) {
    const Value places = value_of(call, axes);
    const Value from_start = select(places < 0.0, places + static_cast<double>(rank), places);
    matches_ = equal(along(iota(call.graph(), {rank}), 0, 2), along(from_start, 1, 2));
    is_named_ = equal(reduce_max(cast(matches_, DType::i64), {1}), 1.0);
  }
  Value operator()(Value entries, std::int64_t otherwise) const {
    const Value sums = reduce_sum(select(matches_, along(entries, 1, 2), 0.0), {1});
    return constant_if_known(call_, select(is_named_, sums, call_.constant(Tensor::scalar(otherwise))));
  }

 private:
  const Call& call_;
  Value matches_;   // [rank, axes]
  Value is_named_;  // [rank]
};

std::vector<Item> slice_as_it_runs(const Call& call, const Operand64& starts, const Operand64& ends,
                                   const Operand64& axes, const Operand64& steps) {
  const Value x = call.input(0);
  const Value from = value_of(call, starts), to = value_of(call, ends);
  const Value step = steps.given() ? value_of(call, steps) : Value();
  if (!axes.given() || axes.known) return {slice(x, from, to, axes.known.value_or(Ints{}), step)};
  const Spread spread(call, axes, x.rank());
  return {
      slice(x, spread(from, 0), spread(to, SliceSpec::kEnd), {}, step.defined() ? spread(step, 1) : Value())};
}

// Walking backwards, a start before the first element is the first one, other than in Python, and an end
// beyond all of them stands for none.
SliceSpec as_onnx_means(SliceSpec part, const Type& x) {
  if (part.step >= 0) return part;
  if (part.end == INT64_MAX || part.end == INT32_MAX) part.end = SliceSpec::kBeforeStart;
  const bool is_known = x.ranked && part.axis >= -x.rank() && part.axis < x.rank();
  const Dim size = is_known
                       ? x.dims[static_cast<std::size_t>(part.axis < 0 ? part.axis + x.rank() : part.axis)]
                       : Dim::unknown();
  if (size.is_constant() && part.start < -size.constant()) part.start = 0;
  return part;
}

// Slices by attributes (before opset 10) or by inputs.
std::vector<Item> slicing(const Call& call) {
  const Operand64 starts = call.operand("starts", 1), ends = call.operand("ends", 2),
                  axes = call.operand("axes", 3), steps = call.operand("steps", 4);
  call.require(starts.given() && ends.given(), "it needs starts and ends");
  const bool all_known = starts.known && ends.known && !axes.value.defined() && !steps.value.defined();
  if (!all_known) return slice_as_it_runs(call, starts, ends, axes, steps);
  const std::size_t count = starts.known->size();
  call.require(ends.known->size() == count, "it needs as many ends as starts");
  call.require((!axes.known || axes.known->size() == count) && (!steps.known || steps.known->size() == count),
               "it needs as many axes and steps as starts");
  std::vector<SliceSpec> parts;
  for (std::size_t i = 0; i < count; ++i)
    parts.push_back(as_onnx_means({axes.known ? (*axes.known)[i] : static_cast<std::int64_t>(i),
                                   (*starts.known)[i], (*ends.known)[i], steps.known ? (*steps.known)[i] : 1},
                                  call.input(0).type()));
  return {slice(call.input(0), parts)};
}

// Even parts but for the last, which is what is left; as a value where the size is not known.
Value even_parts(const Call& call, Value size) {
  const auto count = static_cast<std::int64_t>(call.output_count());
  const Value each = div(size + static_cast<double>(count - 1), static_cast<double>(count));
  return minimum(maximum(size - iota(call.graph(), {count}) * each, 0.0), each);
}

Ints even_parts(const Call& call, Dim size) {
  const auto count = static_cast<std::int64_t>(call.output_count());
  call.require(count > 0, "it has no outputs");
  const std::int64_t each = (size.constant() + count - 1) / count;
  Ints sizes(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i)
    sizes[static_cast<std::size_t>(i)] = std::clamp<std::int64_t>(size.constant() - each * i, 0, each);
  return sizes;
}

std::vector<Item> splitting(const Call& call) {
  const Value x = call.input(0);
  const std::int64_t axis = place_of(call, call.integer("axis", 0), x.rank());
  const Operand64 given = call.operand("split", 1);
  const auto split_by = [&](Value sizes) -> std::vector<Item> {
    const auto count = static_cast<std::int64_t>(call.output_count());
    const std::vector<Value> parts = parts_of_sizes(x, sizes, count, axis);
    return {parts.begin(), parts.end()};
  };
  if (given.value.defined()) return split_by(given.value);
  if (!given.known && !x.type().dims[static_cast<std::size_t>(axis)].is_constant())
    return split_by(even_parts(call, size_of_axis(call, x, axis)));
  const Ints sizes =
      given.known ? *given.known : even_parts(call, x.type().dims[static_cast<std::size_t>(axis)]);
  std::vector<Item> results;
  std::int64_t start = 0;
  for (const std::int64_t size : sizes) {
    call.require(size >= 0 && size <= INT64_MAX - start, "a part of size ", size, " is none");
    results.emplace_back(slice(x, {{axis, start, start + size}}));
    start += size;
  }
  return results;
}

using Pad = std::function<Value(Value x, double filler)>;

// Where the filler is only known when the model runs, it is put where the padding of a mask is.
Value with_filler(const Call& call, Value x, const Pad& pad_by) {
  const auto filler = call.has(2) ? call.known_number(2) : std::optional(call.number("value", 0));
  if (filler) return pad_by(x, *filler);
  const Value own = stretched(call, call.constant(Tensor::scalar<bool>(true)), sizes_of(call, x));
  return select(pad_by(own, 0), pad_by(x, 0), as_scalar(call.input(2)));
}

std::vector<Item> pad_as_it_runs(const Call& call, const Operand64& pads, const Operand64& axes) {
  const Value x = call.input(0);
  const Value all = value_of(call, pads);
  const std::int64_t count = axes.given() ? count_of(call, axes) : x.rank();
  Value low = slice(all, {{0, 0, count}}), high = slice(all, {{0, count, 2 * count}});
  if (axes.given()) {
    const Spread spread(call, axes, x.rank());
    low = spread(low, 0);
    high = spread(high, 0);
  }
  const std::string mode = call.text("mode", "constant");
  return {with_filler(call, x, [&](Value y, double filler) { return pad(y, low, high, mode, filler); })};
}

// What negative amounts crop is gone before the rest wraps around.
Value cropped(Value x, PadOptions& options) {
  PadOptions crop{options.low, options.high};
  for (Ints* amounts : {&crop.low, &crop.high})
    for (std::int64_t& amount : *amounts) amount = std::min<std::int64_t>(amount, 0);
  for (Ints* amounts : {&options.low, &options.high})
    for (std::int64_t& amount : *amounts) amount = std::max<std::int64_t>(amount, 0);
  return pad(x, crop);
}

// In older opsets the amounts and the filler were attributes.
std::vector<Item> padding(const Call& call) {
  Value x = call.input(0);
  const Operand64 pads = call.operand(call.has_attribute("paddings") ? "paddings" : "pads", 1);
  const Operand64 named = call.operand(3);
  call.require(pads.given(), "its pads are missing");
  if (!pads.known || named.value.defined()) return pad_as_it_runs(call, pads, named);
  const auto rank = static_cast<std::size_t>(x.rank());
  PadOptions options{Ints(rank, 0), Ints(rank, 0), call.text("mode", "constant"), 0};
  Ints axes = named.known.value_or(Ints{});
  if (!named.known)
    for (std::int64_t axis = 0; axis < x.rank(); ++axis) axes.push_back(axis);
  call.require(pads.known->size() == 2 * axes.size(), "its pads need ", 2 * axes.size(), " entries");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(place_of(call, axes[i], x.rank()));
    options.low[axis] = (*pads.known)[i];
    options.high[axis] = (*pads.known)[i + axes.size()];
  }
  if (std::ranges::all_of(*pads.known, [](std::int64_t pad) { return pad == 0; })) return {x};
  const bool crops = std::ranges::any_of(*pads.known, [](std::int64_t pad) { return pad < 0; });
  if (crops && options.mode == "wrap") x = cropped(x, options);
  return {with_filler(call, x, [&](Value y, double filler) {
    options.value = filler;
    return pad(y, options);
  })};
}

// A new axis before each one, stretched to the repeats, makes one with it.
Value tile_as_it_runs(const Call& call, Value x, Value repeats) {
  Ints new_axes;
  for (std::int64_t axis = 0; axis < x.rank(); ++axis) new_axes.push_back(2 * axis);
  const Value sizes = sizes_of(call, x);
  const Value wide = reshape(concat({insert_axes(repeats, {1}), insert_axes(sizes, {1})}, 1), Ints{-1});
  return reshape(broadcast_to(insert_axes(x, new_axes), wide), repeats * sizes);
}

// All of it so often, one behind the other.
Value tiled(const Call& call, Value x, std::int64_t axis, std::int64_t times) {
  if (times == 0) return slice(x, {{axis, 0, 0}});
  Ints wide(static_cast<std::size_t>(x.rank() + 1), -1);
  wide[static_cast<std::size_t>(axis)] = times;
  Tensor factors = Tensor::full(DType::i64, {x.rank()}, 1);
  factors.set_number(axis, static_cast<double>(times));
  return reshaped(call, broadcast_to(insert_axes(x, {axis}), wide), shape_of(x) * call.constant(factors));
}

std::vector<Item> tiling(const Call& call) {
  const Value x = call.input(0);
  const Operand64 repeats = call.operand(1);
  call.require(repeats.given(), "its repeats are missing");
  if (!repeats.known) return {tile_as_it_runs(call, x, repeats.value)};
  call.require(static_cast<std::int64_t>(repeats.known->size()) == x.rank(), "it needs ", x.rank(),
               " repeats");
  Value y = x;
  for (std::int64_t axis = 0; axis < x.rank(); ++axis) {
    const std::int64_t times = (*repeats.known)[static_cast<std::size_t>(axis)];
    call.require(times >= 0, "a repeat is ", times);
    if (times != 1) y = tiled(call, y, axis, times);
  }
  return {y};
}
}  // namespace

void add_cutting_rules(Rules& rules) {
  rules.add("Pad", padding);
  rules.add("Slice", slicing);
  rules.add("Split", splitting);
  rules.add("Tile", tiling);
}

}  // namespace tenon::onnx
