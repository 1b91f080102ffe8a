#include <cstring>

#include "op/lines.h"
#include "op/parts.h"
#include "op/shape_rules.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

Value concat(const std::vector<Value>& parts, std::int64_t axis) {
  require(!parts.empty(), "concat: there is nothing to put together");
  return write(Op::concat, parts, {{"axis", axis}});
}

namespace {
Dim agreed(const TypeContext& context, Dim a, Dim b) {
  context.require(!a.is_constant() || !b.is_constant() || a == b, "the inputs differ in another axis than ",
                  context.attrs.integer("axis"), ": ", a, " and ", b);
  return a.is_constant() || b.is_unknown() ? a : b;
}

Dim sum(const TypeContext& context, Dim a, Dim b) {
  if (a.is(0) || b.is(0)) return a.is(0) ? b : a;
  if (!a.is_constant() || !b.is_constant()) return Dim::unknown();
  return checked_add(context, a.constant(), b.constant());
}

std::vector<Type> concat_type(const TypeContext& context) {
  require_same_dtype(context);
  Type result = context.inputs[0];
  for (const Type& input : context.inputs)
    if (!input.ranked) return {Type::unranked(result.dtype)};
  const auto axis =
      static_cast<std::size_t>(checked_axis(context, context.attrs.integer("axis"), result.rank()));
  for (const Type& input : context.inputs.subspan(1)) {
    context.require(input.rank() == result.rank(), "the inputs must have one rank");
    for (std::size_t i = 0; i < result.dims.size(); ++i)
      result.dims[i] = i == axis ? sum(context, result.dims[i], input.dims[i])
                                 : agreed(context, result.dims[i], input.dims[i]);
  }
  return {result};
}

std::vector<Tensor> concat_kernel(const KernelContext& context) {
  const Shape shape = context.results[0].shape();
  const Tensor result = Tensor::empty(context.results[0].dtype, shape);
  const Lines whole = Lines::along(shape, context.node.attrs.integer("axis"));
  auto* to = static_cast<std::byte*>(result.raw());
  for (std::int64_t outer = 0; outer < whole.before; ++outer)
    for (const Tensor& input : context.inputs) {
      const std::size_t bytes = input.bytes() / static_cast<std::size_t>(whole.before);
      std::memcpy(to, static_cast<const std::byte*>(input.raw()) + static_cast<std::size_t>(outer) * bytes,
                  bytes);
      to += bytes;
    }
  return {result};
}

// The part of dy from `offset` on that is as long as x; `offset` is a number while all lengths are constants.
std::vector<Value> concat_gradient(const GradContext& g) {
  const Value dy = g.grads[0];
  const std::int64_t given = g.node.attrs.integer("axis");
  std::vector<Value> grads;
  std::optional<std::int64_t> known = 0;
  Value offset = scalar_like(0, shape_of(dy));
  for (const Value x : g.inputs) {
    const std::int64_t axis = given < 0 ? given + x.rank() : given;
    const Dim dim = x.type().ranked ? x.type().dims[static_cast<std::size_t>(axis)] : Dim::unknown();
    if (known && dim.is_constant())
      grads.push_back(slice(dy, {{axis, *known, *known + dim.constant()}}));
    else
      grads.push_back(gather(dy, add(count_up(x, axis), offset), axis));
    known = known && dim.is_constant() ? std::optional(*known + dim.constant()) : std::nullopt;
    offset = known ? scalar_like(static_cast<double>(*known), offset)
                   : add(offset, reshape(length_along(x, axis), Ints{}));
  }
  return grads;
}

}  // namespace

void define_concat(OpTable& table) {
  OpDef def = movement_row("The inputs one after another along an axis.", -1);
  def.attrs = {{"axis", AttrKind::integer, std::int64_t{0}}};
  def.infer = concat_type;
  def.kernel = concat_kernel;
  def.gradient = concat_gradient;
  table.define(Op::concat, def);
}

}  // namespace tenon
