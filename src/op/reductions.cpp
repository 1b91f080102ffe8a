#include <limits>

#include "op/lines.h"
#include "op/wide.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
// The dimensions with those of `axes` set to 1, or taken out.
template <class D>
std::vector<D> reduced_dims(const std::vector<D>& dims, const Ints& axes, bool keep) {
  std::vector<D> reduced;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const bool gone = std::binary_search(axes.begin(), axes.end(), static_cast<std::int64_t>(i));
    if (!gone) reduced.push_back(dims[i]);
    if (gone && keep) reduced.push_back(1);
  }
  return reduced;
}

Type reduced_type(const TypeContext& context, const Ints& axes, DType dtype) {
  const Type& x = context.inputs[0];
  const bool keep = context.attrs.flag("keep");
  if (!x.ranked) return axes.empty() && !keep ? Type{dtype, {}} : Type::unranked(dtype);
  return {dtype, reduced_dims(x.dims, checked_axes(context, axes, x.rank()), keep)};
}

// What a reduction starts from, given the element type of its result.
template <class W>
using Start = W (*)(DType);

struct Reduction {
  ByKind<Binary> combine;
  ByKind<Start> start;
};

template <class W>
Tensor fold(const Tensor& wide, const Ints& axes, W start, Binary<W> combine) {
  const Shape& shape = wide.shape();
  const Tensor result = Tensor::empty(wide.dtype(), reduced_dims(shape, axes, true));
  const W* x = wide.as<W>().data();
  W* out = result.as<W>().data();
  std::fill_n(out, result.size(), start);
  for_each_offset<2>(shape, {row_major_strides(shape), broadcast_strides(result.shape(), shape)},
                     [&](const auto& at) { out[at[1]] = combine(out[at[1]], x[at[0]]); });
  return result;
}

// Wide, the reduced axes kept as dimensions of 1.
Tensor reduce_wide(const KernelContext& context, const Reduction& reduction) {
  const Tensor& x = context.inputs[0];
  const Ints axes = resolved_axes(context.node.attrs.ints("axes"), x.rank());
  return with_wide(wide_dtype(x.dtype()), [&]<class W>() {
    return fold<W>(widen(x), axes, reduction.start.of<W>()(x.dtype()), reduction.combine.of<W>());
  });
}

OpDef reduction_row(const char* documentation, const Reduction& reduction) {
  OpDef def;
  def.family = "reduction";
  def.documentation = documentation;
  def.attrs = {{"axes", AttrKind::ints, Ints{}}, {"keep", AttrKind::flag, false}};
  def.infer = [reduction](const TypeContext& context) -> std::vector<Type> {
    const DType dtype = context.inputs[0].dtype;
    require_taken(context, reduction.combine.takes(dtype));
    return {reduced_type(context, context.attrs.ints("axes"), dtype)};
  };
  def.kernel = [reduction](const KernelContext& context) -> std::vector<Tensor> {
    const Type& type = context.results[0];
    return {narrow(reduce_wide(context, reduction).reshape(type.shape()), type.dtype)};
  };
  return def;
}

template <class W>
W zero(DType) {
  return 0;
}
template <class W>
W one(DType) {
  return 1;
}
// The ends of what a type holds: a reduction over no elements gives one of them.
template <class W, bool kHighest>
W extreme(DType dtype) {
  return with_type(dtype, [&]<class T>() -> W {
    using Limits = std::numeric_limits<T>;
    if constexpr (kIsFloat<T>)
      return static_cast<W>((kHighest ? 1 : -1) * std::numeric_limits<double>::infinity());
    else
      return static_cast<W>(kHighest ? Limits::max() : Limits::min());
  });
}

template <bool kHighest>
constexpr ByKind<Start> extremes() {
  return {extreme<double, kHighest>, extreme<std::int64_t, kHighest>, extreme<std::uint64_t, kHighest>,
          extreme<bool, kHighest>};
}

const Reduction kSum = {numbers<Binary>(kAdd), {zero, zero, zero, zero}};
const Reduction kRealSum = {{.real = kAdd}, {zero, zero, zero, zero}};
const Reduction kProduct = {numbers<Binary>(kMultiply), {one, one, one, one}};
const Reduction kLargest = {everything<Binary>(kLarger), extremes<false>()};
const Reduction kSmallest = {everything<Binary>(kSmaller), extremes<true>()};

std::vector<Tensor> mean_kernel(const KernelContext& context) {
  const Type& type = context.results[0];
  const Tensor sum = reduce_wide(context, kRealSum).reshape(type.shape());
  const double count = static_cast<double>(context.inputs[0].size()) /
                       static_cast<double>(std::max<std::int64_t>(sum.size(), 1));
  for (double& element : sum.as<double>()) element /= count;
  return {narrow(sum, type.dtype)};
}

// Stretches what belongs to the result to the shape of the input.
Value expand(const GradContext& context, Value reduced) {
  const Attrs& attrs = context.node.attrs;
  return expand_reduced(reduced, context.inputs[0], attrs.ints("axes"), attrs.flag("keep"));
}

std::vector<Value> sum_gradient(const GradContext& context) { return {expand(context, context.grads[0])}; }

std::vector<Value> mean_gradient(const GradContext& context) {
  const Value inverse = inverse_count_along(context.inputs[0], context.node.attrs.ints("axes"));
  return {expand(context, context.grads[0] * inverse)};
}

std::vector<Value> extreme_gradient(const GradContext& context) {
  const Attrs& attrs = context.node.attrs;
  const Value x = context.inputs[0];
  const Value chosen = equal(x, expand(context, context.results[0]));
  const Value ties = reduce_sum(cast(chosen, x.dtype()), attrs.ints("axes"), attrs.flag("keep"));
  return {select(chosen, expand(context, context.grads[0] / ties), 0.0)};
}

// The product of the others: with no zero that is the product over x; with one, only the zero has others
// that are all not zero; with more, nobody has.
std::vector<Value> product_gradient(const GradContext& context) {
  const Attrs& attrs = context.node.attrs;
  const Ints& axes = attrs.ints("axes");
  const Value x = context.inputs[0];
  const Value is_zero = equal(x, 0.0);
  const Value nonzero = select(is_zero, 1.0, x);
  const Value product = expand(context, reduce_prod(nonzero, axes, attrs.flag("keep")));
  const Value zeros = expand(context, reduce_sum(cast(is_zero, x.dtype()), axes, attrs.flag("keep")));
  const Value others = select(equal(zeros, cast(is_zero, x.dtype())), product / nonzero, 0.0);
  return {expand(context, context.grads[0]) * others};
}

template <class W>
using Comparison = bool (*)(W, W);

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

OpDef with_gradient(OpDef def, Gradient gradient) {
  def.gradient = std::move(gradient);
  return def;
}

OpDef mean_row() {
  OpDef def = reduction_row("The mean over `axes`, all where none is named; NaN over no elements.", kRealSum);
  def.kernel = mean_kernel;
  return def;
}

Value write_reduction(Op op, Value x, Ints axes, bool keep) {
  return write(op, {x}, {{"axes", std::move(axes)}, {"keep", keep}});
}
}  // namespace

void define_reductions(OpTable& table) {
  table.define(
      Op::reduce_sum,
      with_gradient(reduction_row("The sum over `axes`, all where none is named.", kSum), sum_gradient));
  table.define(Op::reduce_prod,
               with_gradient(reduction_row("The product over `axes`, all where none is named.", kProduct),
                             product_gradient));
  table.define(
      Op::reduce_max,
      with_gradient(reduction_row("The largest over `axes`, all where none is named; NaN where one is "
                                  "NaN; over no elements the least of the type. The gradient is "
                                  "divided evenly among equals.",
                                  kLargest),
                    extreme_gradient));
  table.define(
      Op::reduce_min,
      with_gradient(reduction_row("The smallest over `axes`, all where none is named; NaN where one is "
                                  "NaN; over no elements the largest of the type. The gradient is "
                                  "divided evenly among equals.",
                                  kSmallest),
                    extreme_gradient));
  table.define(Op::reduce_mean, with_gradient(mean_row(), mean_gradient));
  table.define(
      Op::arg_max,
      arg_row("The position of the largest along `axis`, the first of equals; NaN counts as largest.",
              everything<Comparison>(kExceeds)));
  table.define(
      Op::arg_min,
      arg_row("The position of the smallest along `axis`, the first of equals; NaN counts as smallest.",
              everything<Comparison>(kUndercuts)));
}

Value reduce_sum(Value x, Ints axes, bool keep) {
  return write_reduction(Op::reduce_sum, x, std::move(axes), keep);
}
Value reduce_prod(Value x, Ints axes, bool keep) {
  return write_reduction(Op::reduce_prod, x, std::move(axes), keep);
}
Value reduce_max(Value x, Ints axes, bool keep) {
  return write_reduction(Op::reduce_max, x, std::move(axes), keep);
}
Value reduce_min(Value x, Ints axes, bool keep) {
  return write_reduction(Op::reduce_min, x, std::move(axes), keep);
}
Value reduce_mean(Value x, Ints axes, bool keep) {
  return write_reduction(Op::reduce_mean, x, std::move(axes), keep);
}
Value arg_max(Value x, std::int64_t axis, bool keep) {
  return write(Op::arg_max, {x}, {{"axis", axis}, {"keep", keep}});
}
Value arg_min(Value x, std::int64_t axis, bool keep) {
  return write(Op::arg_min, {x}, {{"axis", axis}, {"keep", keep}});
}

}  // namespace tenon
