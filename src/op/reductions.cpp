#include <limits>

#include "op/reduction.h"
#include "op/shape_rules.h"
#include "op/wide.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

Type reduced_type(const TypeContext& context, const Ints& axes, DType dtype) {
  const Type& x = context.inputs[0];
  const bool keep = context.attrs.flag("keep");
  if (!x.ranked) return axes.empty() && !keep ? Type{dtype, {}} : Type::unranked(dtype);
  return {dtype, reduced_dims(x.dims, checked_axes(context, axes, x.rank()), keep)};
}

namespace {
// What a reduction starts from, given the element type of its result.
template <class W>
using Start = W (*)(DType);

struct Folding {
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
Tensor reduce_wide(const KernelContext& context, const Folding& folding) {
  const Tensor& x = context.inputs[0];
  const Ints axes = resolved_axes(context.node.attrs.ints("axes"), x.rank());
  return with_wide(wide_dtype(x.dtype()), [&]<class W>() {
    return fold<W>(widen(x), axes, folding.start.of<W>()(x.dtype()), folding.combine.of<W>());
  });
}

std::vector<Type> open_type(const TypeContext& context) {
  const Type& x = context.inputs[0];
  const bool keep = context.attrs.flag("keep");
  const auto axes = operand_length(context, 1);
  if (axes == 0) return {reduced_type(context, {}, x.dtype)};
  if (!x.ranked || (!keep && !axes)) return {Type::unranked(x.dtype)};
  const std::size_t rank = x.dims.size();
  context.require(!axes || *axes <= rank, *axes, " axes are named, and there are ", rank);
  return {{x.dtype, std::vector<Dim>(keep ? rank : rank - *axes, Dim::unknown())}};
}

OpDef reduction_row(const char* documentation, const Folding& folding) {
  OpDef def;
  def.family = "reduction";
  def.documentation = documentation;
  def.attrs = {{"axes", AttrKind::ints, Ints{}}, {"keep", AttrKind::flag, false}};
  def.operands = {"axes"};
  def.infer_open = open_type;
  def.infer = [folding](const TypeContext& context) -> std::vector<Type> {
    const DType dtype = context.inputs[0].dtype;
    require_taken(context, folding.combine.takes(dtype));
    return {reduced_type(context, context.attrs.ints("axes"), dtype)};
  };
  def.kernel = [folding](const KernelContext& context) -> std::vector<Tensor> {
    const Type& type = context.results[0];
    return {narrow(reduce_wide(context, folding).reshape(type.shape()), type.dtype)};
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

const Folding kSum = {numbers<Binary>(kAdd), {zero, zero, zero, zero}};
const Folding kRealSum = {{.real = kAdd}, {zero, zero, zero, zero}};
const Folding kProduct = {numbers<Binary>(kMultiply), {one, one, one, one}};
const Folding kLargest = {everything<Binary>(kLarger), extremes<false>()};
const Folding kSmallest = {everything<Binary>(kSmaller), extremes<true>()};

std::vector<Tensor> mean_kernel(const KernelContext& context) {
  const Type& type = context.results[0];
  const Tensor sum = reduce_wide(context, kRealSum).reshape(type.shape());
  const double count = static_cast<double>(context.inputs[0].size()) /
                       static_cast<double>(std::max<std::int64_t>(sum.size(), 1));
  for (double& element : sum.as<double>()) element /= count;
  return {narrow(sum, type.dtype)};
}

// The same reduction of another value.
Value reduce_alike(const GradContext& context, Op op, Value x, bool keep) {
  const Node& node = context.node;
  if (context.inputs.size() > 1) return write(op, {x, context.inputs[1]}, {{"keep", keep}});
  return write(op, {x}, {{"axes", node.attrs.ints("axes")}, {"keep", keep}});
}

// Stretches what belongs to the result to the shape of the input. Where the axes are an operand, what it
// would be with the reduced axes kept is asked of the same reduction.
Value expand(const GradContext& context, Value reduced) {
  const Attrs& attrs = context.node.attrs;
  const bool keep = attrs.flag("keep");
  const Value x = context.inputs[0];
  if (context.inputs.size() == 1) return expand_reduced(reduced, x, attrs.ints("axes"), keep);
  const Value kept = keep ? reduced : reshape_like(reduced, reduce_alike(context, context.node.op, x, true));
  return expand_like(kept, x);
}

std::vector<Value> sum_gradient(const GradContext& context) { return {expand(context, context.grads[0])}; }

Value inverse_count(const GradContext& context) {
  const Value x = context.inputs[0];
  if (context.inputs.size() == 1) return inverse_count_along(x, context.node.attrs.ints("axes"));
  const Value ones = expand_like(scalar_like(1, x), x);
  return 1.0 / reduce_alike(context, Op::reduce_sum, ones, context.node.attrs.flag("keep"));
}

std::vector<Value> mean_gradient(const GradContext& context) {
  return {expand(context, context.grads[0] * inverse_count(context))};
}

std::vector<Value> extreme_gradient(const GradContext& context) {
  const Value x = context.inputs[0];
  const Value chosen = equal(x, expand(context, context.results[0]));
  const Value ties =
      reduce_alike(context, Op::reduce_sum, cast(chosen, x.dtype()), context.node.attrs.flag("keep"));
  return {select(chosen, expand(context, context.grads[0] / ties), 0.0)};
}

// The product of the others: with no zero that is the product over x; with one, only the zero has others
// that are all not zero; with more, nobody has.
std::vector<Value> product_gradient(const GradContext& context) {
  const bool keep = context.node.attrs.flag("keep");
  const Value x = context.inputs[0];
  const Value is_zero = equal(x, 0.0);
  const Value nonzero = select(is_zero, 1.0, x);
  const Value product = expand(context, reduce_alike(context, Op::reduce_prod, nonzero, keep));
  const Value zeros = expand(context, reduce_alike(context, Op::reduce_sum, cast(is_zero, x.dtype()), keep));
  const Value others = select(equal(zeros, cast(is_zero, x.dtype())), product / nonzero, 0.0);
  return {expand(context, context.grads[0]) * others};
}

Value write_reduction(Op op, Value x, Ints axes, bool keep) {
  return write(op, {x}, {{"axes", std::move(axes)}, {"keep", keep}});
}
Value write_reduction(Op op, Value x, Value axes, bool keep) {
  return write(op, {x, axes}, {{"keep", keep}});
}
}  // namespace

void define_reductions(OpTable& table) {
  const auto define = [&](Op op, const char* documentation, const Folding& folding, Gradient gradient) {
    OpDef def = reduction_row(documentation, folding);
    def.gradient = std::move(gradient);
    if (op == Op::reduce_mean) def.kernel = mean_kernel;
    table.define(op, std::move(def));
  };
  define(Op::reduce_sum, "The sum over `axes`, all where none is named.", kSum, sum_gradient);
  define(Op::reduce_mean, "The mean over `axes`, all where none is named; NaN over no elements.", kRealSum,
         mean_gradient);
  define(Op::reduce_prod, "The product over `axes`, all where none is named.", kProduct, product_gradient);
  define(
      Op::reduce_max,
      "The largest over `axes`, all where none is named; NaN where one is NaN; over no elements the least of "
      "the type. The gradient is divided evenly among equals.",
      kLargest, extreme_gradient);
  define(
      Op::reduce_min,
      "The smallest over `axes`, all where none is named; NaN where one is NaN; over no elements the largest "
      "of the type. The gradient is divided evenly among equals.",
      kSmallest, extreme_gradient);
  define_arg_extremes(table);
}

Value reduce_sum(Value x, Ints axes, bool keep) {
  return write_reduction(Op::reduce_sum, x, std::move(axes), keep);
}
Value reduce_sum(Value x, Value axes, bool keep) { return write_reduction(Op::reduce_sum, x, axes, keep); }
Value reduce_prod(Value x, Ints axes, bool keep) {
  return write_reduction(Op::reduce_prod, x, std::move(axes), keep);
}
Value reduce_prod(Value x, Value axes, bool keep) { return write_reduction(Op::reduce_prod, x, axes, keep); }
Value reduce_max(Value x, Ints axes, bool keep) {
  return write_reduction(Op::reduce_max, x, std::move(axes), keep);
}
Value reduce_max(Value x, Value axes, bool keep) { return write_reduction(Op::reduce_max, x, axes, keep); }
Value reduce_min(Value x, Ints axes, bool keep) {
  return write_reduction(Op::reduce_min, x, std::move(axes), keep);
}
Value reduce_min(Value x, Value axes, bool keep) { return write_reduction(Op::reduce_min, x, axes, keep); }
Value reduce_mean(Value x, Ints axes, bool keep) {
  return write_reduction(Op::reduce_mean, x, std::move(axes), keep);
}
Value reduce_mean(Value x, Value axes, bool keep) { return write_reduction(Op::reduce_mean, x, axes, keep); }

}  // namespace tenon
