// arg_max and arg_min: where the extremes along an axis stand.
#include "op/lines.h"
#include "op/reduction.h"
#include "op/wide.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
// Whether a later element replaces the best so far. NaN is the most extreme of all, and the first one stays.
constexpr auto kExceeds = []<class W>(W later, W best) {
  return later > best || (later != later && best == best);
};
constexpr auto kUndercuts = []<class W>(W later, W best) {
  return later < best || (later != later && best == best);
};

template <class W>
std::int64_t find_best(const W* line, const Lines& lines, Comparison<W> beats) {
  std::int64_t best = 0;
  for (std::int64_t i = 1; i < lines.length; ++i)
    if (beats(line[i * lines.stride], line[best * lines.stride])) best = i;
  return best;
}

Kernel arg_kernel(const ByKind<Comparison>& beats) {
  return [beats](const KernelContext& context) -> std::vector<Tensor> {
    const Tensor wide = widen(context.inputs[0]);
    const Lines lines = Lines::along(wide.shape(), context.node.attrs.integer("axis"));
    const Tensor result = Tensor::empty(DType::i64, context.results[0].shape());
    std::int64_t* out = result.as<std::int64_t>().data();
    with_wide(wide.dtype(), [&]<class W>() {
      const W* x = wide.as<W>().data();
      lines.for_each([&](std::int64_t line, std::int64_t first) {
        out[line] = find_best(x + first, lines, beats.of<W>());
      });
    });
    return {result};
  };
}

std::vector<Type> arg_rule(const TypeContext& context) {
  const Type& x = context.inputs[0];
  const std::int64_t axis = context.attrs.integer("axis");
  if (!x.ranked) return {Type::unranked(DType::i64)};
  const Dim dim = x.dims[static_cast<std::size_t>(checked_axis(context, axis, x.rank()))];
  context.require(!dim.is(0), "there is nothing to choose from along axis ", axis);
  return {reduced_type(context, {axis}, DType::i64)};
}

OpDef arg_row(const char* documentation, const ByKind<Comparison>& beats) {
  OpDef def;
  def.family = "reduction";
  def.documentation = documentation;
  def.attrs = {{"axis", AttrKind::integer}, {"keep", AttrKind::flag, false}};
  def.infer = arg_rule;
  def.kernel = arg_kernel(beats);
  def.no_gradient = "its result is not of a float type";
  return def;
}
}  // namespace

void define_arg_extremes(OpTable& table) {
  table.define(
      Op::arg_max,
      arg_row("The position of the largest along `axis`, the first of equals; NaN counts as largest.",
              everything<Comparison>(kExceeds)));
  table.define(
      Op::arg_min,
      arg_row("The position of the smallest along `axis`, the first of equals; NaN counts as smallest.",
              everything<Comparison>(kUndercuts)));
}

Value arg_max(Value x, std::int64_t axis, bool keep) {
  return write(Op::arg_max, {x}, {{"axis", axis}, {"keep", keep}});
}
Value arg_min(Value x, std::int64_t axis, bool keep) {
  return write(Op::arg_min, {x}, {{"axis", axis}, {"keep", keep}});
}

}  // namespace tenon
