#include <algorithm>

#include "op/parts.h"
#include "op/shape_rules.h"
#include "op/strided.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

Value pad(Value x, const PadOptions& options) {
  return write(
      Op::pad, {x},
      {{"low", options.low}, {"high", options.high}, {"mode", options.mode}, {"value", options.value}});
}

Value pad(Value x, Value low, Value high, std::string mode, double value) {
  return write(Op::pad, {x, low, high}, {{"mode", std::move(mode)}, {"value", value}});
}

namespace {
constexpr std::string_view kPadModes[] = {"constant", "edge", "reflect", "wrap"};

Dim padded_dim(const TypeContext& context, Dim dim, std::int64_t low, std::int64_t high) {
  if (low == 0 && high == 0) return dim;
  if (!dim.is_constant()) return Dim::unknown();
  std::int64_t size = 0;
  const bool fits = !__builtin_add_overflow(dim.constant(), low, &size) && size >= 0 &&
                    !__builtin_add_overflow(size, high, &size) && size >= 0;
  context.require(fits, "a dimension of ", dim, " cannot be padded by ", low, " and ", high);
  context.require(dim.constant() > 0 || size == 0 || context.attrs.text("mode") == "constant",
                  "there is nothing to pad with: a dimension is 0, and the mode not constant");
  return size;
}

void require_mode(const TypeContext& context) {
  const std::string& mode = context.attrs.text("mode");
  context.require(std::find(std::begin(kPadModes), std::end(kPadModes), mode) != std::end(kPadModes),
                  "there is no mode '", mode, "': it is constant, edge, reflect or wrap");
}

std::vector<Type> pad_open_type(const TypeContext& context) {
  require_mode(context);
  const Type& x = context.inputs[0];
  const auto rank = x.ranked ? std::optional(x.dims.size()) : operand_length(context, 1);
  if (!rank) return {x};
  for (const std::size_t operand : {1, 2})
    context.require(operand_length(context, operand).value_or(*rank) == *rank,
                    "low and high must have an entry for each of the ", *rank, " axes");
  return {{x.dtype, std::vector<Dim>(*rank, Dim::unknown())}};
}

std::vector<Type> pad_type(const TypeContext& context) {
  require_mode(context);
  const Ints& low = context.attrs.ints("low");
  const Ints& high = context.attrs.ints("high");
  for (const Ints* sizes : {&low, &high})
    for (const std::int64_t size : *sizes)
      context.require(size != INT64_MIN, "a padding of ", size, " is too large");
  Type result = context.inputs[0];
  if (!result.ranked) result = {result.dtype, std::vector<Dim>(low.size(), Dim::unknown())};
  context.require(low.size() == result.dims.size() && high.size() == result.dims.size(), "low ", low,
                  " and high ", high, " must have ", result.rank(), " entries, one for each axis");
  for (std::size_t axis = 0; axis < low.size(); ++axis)
    result.dims[axis] = padded_dim(context, result.dims[axis], low[axis], high[axis]);
  return {result};
}

std::int64_t floor_mod(std::int64_t a, std::int64_t b) { return (a % b + b) % b; }

// The place that a place outside of [0, size) shows.
std::int64_t shown_place(std::string_view mode, std::int64_t place, std::int64_t size) {
  if (place >= 0 && place < size) return place;
  if (mode == "constant") return kFill;
  if (mode == "edge") return place < 0 ? 0 : size - 1;
  if (mode == "wrap") return floor_mod(place, size);
  if (size == 1) return 0;
  const std::int64_t in_period = floor_mod(place, 2 * (size - 1));
  return in_period < size ? in_period : 2 * (size - 1) - in_period;
}

std::vector<Tensor> pad_kernel(const KernelContext& context) {
  const Tensor& x = context.inputs[0];
  const Attrs& attrs = context.node.attrs;
  std::vector<AxisMap> maps;
  for (std::size_t axis = 0; axis < x.shape().size(); ++axis) {
    AxisMap& map = maps.emplace_back();
    const std::int64_t low = attrs.ints("low")[axis];
    for (std::int64_t i = 0; i < context.results[0].dims[axis].constant(); ++i)
      map.push_back(shown_place(attrs.text("mode"), i - low, x.shape()[axis]));
  }
  return {read_mapped(x, maps, Tensor::full(x.dtype(), {}, attrs.number("value")))};
}

Ints negated(Ints values) {
  for (std::int64_t& value : values) value = -value;
  return values;
}

// One axis at a time: the places that were shown are 0, 1, 2, … padded just as x was.
Value collect_padding(Value dy, Value x, const PadOptions& options, std::size_t axis) {
  if (axis == options.low.size()) return dy;
  PadOptions one = options;
  one.low.assign(options.low.size(), 0);
  one.high = one.low;
  one.low[axis] = options.low[axis];
  one.high[axis] = options.high[axis];
  const Value within = collect_padding(dy, pad(x, one), options, axis + 1);
  if (options.low[axis] == 0 && options.high[axis] == 0) return within;
  const auto along = static_cast<std::int64_t>(axis);
  const Value places = pad(count_up(x, along), {{options.low[axis]}, {options.high[axis]}, options.mode});
  return scatter(zeros_like(x), places, within, {along, "add"});
}

std::vector<Value> pad_gradient(const GradContext& g) {
  const Attrs& attrs = g.node.attrs;
  if (g.inputs.size() > 1) {
    require(attrs.text("mode") == "constant", describe(g.node),
            ": with its sizes as inputs it has a gradient only ", "in the mode constant, not ",
            attrs.text("mode"));
    return {pad(g.grads[0], neg(g.inputs[1]), neg(g.inputs[2]))};
  }
  const PadOptions options{attrs.ints("low"), attrs.ints("high"), attrs.text("mode")};
  if (options.mode == "constant") return {pad(g.grads[0], {negated(options.low), negated(options.high)})};
  return {collect_padding(g.grads[0], g.inputs[0], options, 0)};
}

}  // namespace

void define_pad(OpTable& table) {
  OpDef def = movement_row(
      "x with `low` and `high` places added along each axis, of `value` or as the mode says: edge repeats, "
      "reflect mirrors without the edge, wrap goes round. Negative ones crop.");
  def.attrs = {{"low", AttrKind::ints},
               {"high", AttrKind::ints},
               {"mode", AttrKind::text, std::string("constant")},
               {"value", AttrKind::number, 0.0}};
  def.operands = {"low", "high"};
  def.infer = pad_type;
  def.infer_open = pad_open_type;
  def.kernel = pad_kernel;
  def.gradient = pad_gradient;
  table.define(Op::pad, def);
}

}  // namespace tenon
