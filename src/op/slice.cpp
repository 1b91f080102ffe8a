#include <algorithm>
#include <numeric>

#include "op/parts.h"
#include "op/shape_rules.h"
#include "op/strided.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

Value slice(Value x, const std::vector<SliceSpec>& parts) {
  Ints axes, starts, ends, steps;
  for (const SliceSpec& part : parts) {
    axes.push_back(part.axis);
    starts.push_back(part.start);
    ends.push_back(part.end);
    steps.push_back(part.step);
  }
  return write(Op::slice, {x}, {{"axes", axes}, {"starts", starts}, {"ends", ends}, {"steps", steps}});
}

Value slice(Value x, Value starts, Value ends, Ints axes, Value steps) {
  if (!steps.defined()) steps = x.graph().constant(Tensor::empty(DType::i64, {0}));
  return write(Op::slice, {x, starts, ends, steps}, {{"axes", std::move(axes)}});
}

Value reverse(Value x, Ints axes) { return write(Op::reverse, {x}, {{"axes", std::move(axes)}}); }

namespace {
// Slice.

// The parts that the attributes say; axes are the first ones and steps 1 where they are empty.
std::vector<SliceSpec> parts_of(const Attrs& attrs) {
  const Ints& starts = attrs.ints("starts");
  const Ints& axes = attrs.ints("axes");
  const Ints& steps = attrs.ints("steps");
  std::vector<SliceSpec> parts;
  for (std::size_t i = 0; i < starts.size(); ++i)
    parts.push_back({axes.empty() ? static_cast<std::int64_t>(i) : axes[i], starts[i], attrs.ints("ends")[i],
                     steps.empty() ? 1 : steps[i]});
  return parts;
}

// A part of an axis of known length: its first place and how many there are.
struct Range {
  std::int64_t first;
  std::int64_t count;
};

Range resolve(const SliceSpec& part, std::int64_t size) {
  const bool forward = part.step > 0;
  const auto clamped = [&](std::int64_t place) {
    if (place < 0) place += size;
    return forward ? std::clamp<std::int64_t>(place, 0, size) : std::clamp<std::int64_t>(place, -1, size - 1);
  };
  const std::int64_t start = clamped(part.start);
  const std::int64_t end = clamped(part.end);
  const std::int64_t distance = forward ? end - start : start - end;
  const std::int64_t stride = forward ? part.step : -part.step;
  return {start, distance <= 0 ? 0 : (distance - 1) / stride + 1};
}

void check_parts(const TypeContext& context) {
  const std::size_t count = context.attrs.ints("starts").size();
  context.require(context.attrs.ints("ends").size() == count, "starts and ends must be equally many");
  for (const char* name : {"axes", "steps"})
    context.require(context.attrs.ints(name).empty() || context.attrs.ints(name).size() == count, name,
                    " must have an entry for each of the starts, or none at all");
  for (const std::int64_t step : context.attrs.ints("steps"))
    context.require(step != 0 && step != INT64_MIN, "a step cannot be ", step);
}

std::vector<Type> slice_type(const TypeContext& context) {
  check_parts(context);
  Type result = context.inputs[0];
  if (!result.ranked) return {result};
  Ints axes;
  for (const SliceSpec& part : parts_of(context.attrs)) {
    axes.push_back(part.axis);
    Dim& dim = result.dims[static_cast<std::size_t>(checked_axis(context, part.axis, result.rank()))];
    const bool whole = part.start == 0 && part.end == SliceSpec::kEnd && part.step == 1;
    if (!whole) dim = dim.is_constant() ? Dim(resolve(part, dim.constant()).count) : Dim::unknown();
  }
  if (!axes.empty()) checked_axes(context, axes, result.rank());
  return {result};
}

// The axes that are sliced, where that is known: those that are named, or as many as there are starts.
std::optional<Ints> sliced_axes(const TypeContext& context) {
  const Ints& axes = context.attrs.ints("axes");
  if (!axes.empty()) return checked_axes(context, axes, context.inputs[0].rank());
  const auto starts = operand_length(context, 1);
  if (!starts) return std::nullopt;
  context.require(*starts <= context.inputs[0].dims.size(), "there are more starts than axes");
  Ints first(*starts);
  std::iota(first.begin(), first.end(), 0);
  return first;
}

std::vector<Type> slice_open_type(const TypeContext& context) {
  Type result = context.inputs[0];
  if (!result.ranked) return {result};
  if (const auto axes = sliced_axes(context))
    for (const std::int64_t axis : *axes) result.dims[static_cast<std::size_t>(axis)] = Dim::unknown();
  else
    std::ranges::fill(result.dims, Dim::unknown());
  return {result};
}

std::vector<Tensor> slice_kernel(const KernelContext& context) {
  const Tensor& x = context.inputs[0];
  std::vector<AxisMap> maps = identities(x.shape());
  for (const SliceSpec& part : parts_of(context.node.attrs)) {
    const auto axis = static_cast<std::size_t>(part.axis < 0 ? part.axis + x.rank() : part.axis);
    const Range range = resolve(part, x.shape()[axis]);
    maps[axis].resize(static_cast<std::size_t>(range.count));
    for (std::int64_t i = 0; i < range.count; ++i)
      maps[axis][static_cast<std::size_t>(i)] = range.first + i * part.step;
  }
  return {read_mapped(x, maps)};
}

// Where the sizes are known and no place is skipped, zeros around dy.
std::optional<Value> padded_back(Value dy, Value x, const std::vector<SliceSpec>& parts) {
  if (!x.type().ranked) return std::nullopt;
  PadOptions zeros{Ints(x.type().dims.size(), 0), Ints(x.type().dims.size(), 0)};
  Ints backwards;
  for (const SliceSpec& part : parts) {
    const auto axis = static_cast<std::size_t>(part.axis < 0 ? part.axis + x.rank() : part.axis);
    const Dim dim = x.type().dims[axis];
    if (!dim.is_constant() || (part.step != 1 && part.step != -1)) return std::nullopt;
    const Range range = resolve(part, dim.constant());
    if (part.step < 0) backwards.push_back(static_cast<std::int64_t>(axis));
    zeros.low[axis] = part.step > 0 || range.count == 0 ? range.first : range.first - range.count + 1;
    zeros.high[axis] = dim.constant() - zeros.low[axis] - range.count;
  }
  return pad(backwards.empty() ? dy : reverse(dy, backwards), zeros);
}

// Otherwise one axis at a time: the places that were taken are sliced from 0, 1, 2, … just as x was.
Value put_back(Value dy, Value x, std::span<const SliceSpec> parts) {
  if (parts.empty()) return dy;
  SliceSpec part = parts.front();
  const Value within = put_back(dy, slice(x, {part}), parts.subspan(1));
  const std::int64_t axis = part.axis < 0 ? part.axis + x.rank() : part.axis;
  part.axis = 0;
  return scatter(zeros_like(x), slice(count_up(x, axis), {part}), within, {axis});
}

// By operands: the places in x, counted through, are sliced just as x was.
Value put_back(const GradContext& g) {
  const Value x = g.inputs[0];
  const auto flat = [](Value value) { return reshape(value, Ints{-1}); };
  const Value counted = reshape(iota(shape_of(flat(x))), shape_of(x));
  std::vector<Value> inputs = g.inputs;
  inputs[0] = counted;
  const Value places = write(Op::slice, inputs, g.node.attrs);
  return reshape_like(scatter(zeros_like(flat(x)), flat(places), flat(g.grads[0])), x);
}

std::vector<Value> slice_gradient(const GradContext& g) {
  if (g.inputs.size() > 1) return {put_back(g)};
  const std::vector<SliceSpec> parts = parts_of(g.node.attrs);
  if (const auto padded = padded_back(g.grads[0], g.inputs[0], parts)) return {*padded};
  return {put_back(g.grads[0], g.inputs[0], parts)};
}

// Reverse.

std::vector<Type> reverse_type(const TypeContext& context) {
  const Type& x = context.inputs[0];
  if (x.ranked) checked_axes(context, context.attrs.ints("axes"), x.rank());
  return {x};
}

std::vector<Tensor> reverse_kernel(const KernelContext& context) {
  const Tensor& x = context.inputs[0];
  std::vector<AxisMap> maps = identities(x.shape());
  for (const std::int64_t axis : resolved_axes(context.node.attrs.ints("axes"), x.rank()))
    std::reverse(maps[static_cast<std::size_t>(axis)].begin(), maps[static_cast<std::size_t>(axis)].end());
  return {read_mapped(x, maps)};
}
}  // namespace

void define_slice(OpTable& table) {
  OpDef def = movement_row(
      "A part of x along some axes, as in Python: starts and ends count from the end where negative and are "
      "clamped, steps may be negative; axes are the first ones where empty, steps 1.");
  def.attrs = {{"axes", AttrKind::ints, Ints{}},
               {"starts", AttrKind::ints},
               {"ends", AttrKind::ints},
               {"steps", AttrKind::ints, Ints{}}};
  def.operands = {"starts", "ends", "steps"};
  def.infer = slice_type;
  def.infer_open = slice_open_type;
  def.kernel = slice_kernel;
  def.gradient = slice_gradient;
  table.define(Op::slice, def);

  def = movement_row("x backwards along `axes`; along all where there are none.");
  def.attrs = {{"axes", AttrKind::ints, Ints{}}};
  def.infer = reverse_type;
  def.kernel = reverse_kernel;
  def.gradient = [](const GradContext& g) {
    return std::vector<Value>{reverse(g.grads[0], g.node.attrs.ints("axes"))};
  };
  table.define(Op::reverse, def);
}

}  // namespace tenon
