// Ops along the lines of one axis: sort, top_k, cumsum.
#include <algorithm>
#include <numeric>

#include "op/indexing.h"
#include "op/lines.h"
#include "op/wide.h"
#include "op/writing.h"
#include "tenon/ops.h"

namespace tenon {

Ordered sort(Value x, std::int64_t axis, bool descending) {
  const auto results = write_all(Op::sort, {x}, {{"axis", axis}, {"descending", descending}});
  return {results[0], results[1]};
}

Ordered top_k(Value x, std::int64_t k, TopKOptions options) {
  const auto results =
      write_all(Op::top_k, {x},
                {{"k", k}, {"axis", options.axis}, {"largest", options.largest}, {"sorted", options.sorted}});
  return {results[0], results[1]};
}

Ordered top_k(Value x, Value k, TopKOptions options) {
  const auto results = write_all(
      Op::top_k, {x, k}, {{"axis", options.axis}, {"largest", options.largest}, {"sorted", options.sorted}});
  return {results[0], results[1]};
}

Value cumsum(Value x, std::int64_t axis, CumsumOptions options) {
  return write(Op::cumsum, {x},
               {{"axis", axis}, {"exclusive", options.exclusive}, {"reverse", options.reverse}});
}

Value cumsum(Value x, Value axis, CumsumOptions options) {
  return write(Op::cumsum, {x, axis}, {{"exclusive", options.exclusive}, {"reverse", options.reverse}});
}

namespace {
std::vector<Type> sort_type(const TypeContext& context) {
  const Type& x = context.inputs[0];
  if (x.ranked) checked_axis(context, context.attrs.integer("axis"), x.rank());
  return {x, {DType::i64, x.dims, x.ranked}};
}

std::vector<Type> top_k_type(const TypeContext& context) {
  Type x = context.inputs[0];
  const std::int64_t k = context.attrs.integer("k");
  context.require(k >= 0, "k cannot be negative: ", k);
  if (x.ranked) {
    Dim& dim =
        x.dims[static_cast<std::size_t>(checked_axis(context, context.attrs.integer("axis"), x.rank()))];
    context.require(!dim.is_constant() || k <= dim.constant(), "the first ", k, " of ", dim,
                    " are asked for");
    dim = k;
  }
  return {x, {DType::i64, x.dims, x.ranked}};
}

std::vector<Type> top_k_open_type(const TypeContext& context) {
  Type x = context.inputs[0];
  if (x.ranked) {
    const std::int64_t axis = checked_axis(context, context.attrs.integer("axis"), x.rank());
    x.dims[static_cast<std::size_t>(axis)] = Dim::unknown();
  }
  return {x, {DType::i64, x.dims, x.ranked}};
}

// The places of a line in the order of their elements; NaN after every number, equal ones in their own order.
template <class W>
void order(Ints& places, const W* line, std::int64_t stride, bool descending) {
  std::iota(places.begin(), places.end(), 0);
  std::sort(places.begin(), places.end(), [&](std::int64_t i, std::int64_t j) {
    const W a = line[i * stride];
    const W b = line[j * stride];
    const bool both_nan = a != a && b != b;
    if (both_nan || a == b) return i < j;
    if (a != a || b != b) return a == a;
    return descending ? b < a : a < b;
  });
}

// The first elements of each line in order, as many as the results take.
std::vector<Tensor> first_in_order(const KernelContext& context, bool descending, bool keep_order) {
  const Tensor& x = context.inputs[0];
  const Tensor wide = widen(x);
  const Tensor indices = Tensor::empty(DType::i64, context.results[1].shape());
  const Tensor values = Tensor::empty(wide.dtype(), context.results[0].shape());
  const std::int64_t axis = context.node.attrs.integer("axis");
  const Lines from = Lines::along(x.shape(), axis);
  const Lines to = Lines::along(values.shape(), axis);
  Ints places(static_cast<std::size_t>(from.length));
  with_wide(wide.dtype(), [&]<class W>() {
    from.for_each([&](std::int64_t line, std::int64_t start) {
      const W* elements = wide.as<W>().data() + start;
      order(places, elements, from.stride, descending);
      if (keep_order) std::sort(places.begin(), places.begin() + to.length);
      std::int64_t at = line / to.stride * to.length * to.stride + line % to.stride;
      for (std::int64_t i = 0; i < to.length; ++i, at += to.stride) {
        const std::int64_t place = places[static_cast<std::size_t>(i)];
        indices.as<std::int64_t>()[static_cast<std::size_t>(at)] = place;
        values.as<W>()[static_cast<std::size_t>(at)] = elements[place * from.stride];
      }
    });
  });
  return {narrow(values, x.dtype()), indices};
}

std::vector<Tensor> sort_kernel(const KernelContext& context) {
  return first_in_order(context, context.node.attrs.flag("descending"), false);
}

std::vector<Tensor> top_k_kernel(const KernelContext& context) {
  const Attrs& attrs = context.node.attrs;
  return first_in_order(context, attrs.flag("largest"), !attrs.flag("sorted"));
}

// dy put back to the places along the axis that its elements are from.
std::vector<Value> ordered_gradient(const GradContext& g) {
  if (!g.grads[0].defined()) return {{}};
  const std::int64_t rank = g.inputs[0].rank();
  const std::int64_t axis = g.node.attrs.integer("axis");
  Ints perm(static_cast<std::size_t>(rank));
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)], perm.back());
  const auto turned = [&](Value value) { return perm.back() == rank - 1 ? value : transpose(value, perm); };
  const Value points = insert_axes(turned(g.results[1]), {rank});
  return {turned(scatter_nd(zeros_like(turned(g.inputs[0])), points, turned(g.grads[0]), "none", rank - 1))};
}

// Cumulative sum.

std::vector<Type> cumsum_open_type(const TypeContext& context) {
  context.require(context.inputs[0].dtype != DType::boolean, "booleans have no sum; use cast");
  return {context.inputs[0]};
}

std::vector<Type> cumsum_type(const TypeContext& context) {
  const Type& x = context.inputs[0];
  if (x.ranked) checked_axis(context, context.attrs.integer("axis"), x.rank());
  return cumsum_open_type(context);
}

std::vector<Tensor> cumsum_kernel(const KernelContext& context) {
  const Attrs& attrs = context.node.attrs;
  const bool exclusive = attrs.flag("exclusive");
  const Tensor sums = context.inputs[0].cast(wide_dtype(context.inputs[0].dtype()));
  const Lines lines = Lines::along(sums.shape(), attrs.integer("axis"));
  const std::int64_t step = attrs.flag("reverse") ? -lines.stride : lines.stride;
  with_wide(sums.dtype(), [&]<class W>() {
    lines.for_each([&](std::int64_t, std::int64_t start) {
      W* at = sums.as<W>().data() + (step < 0 ? start + (lines.length - 1) * lines.stride : start);
      W sum = 0;
      for (std::int64_t i = 0; i < lines.length; ++i, at += step) {
        const W before = sum;
        sum = kAdd(sum, *at);
        *at = exclusive ? before : sum;
      }
    });
  });
  return {narrow(sums, context.inputs[0].dtype())};
}

std::vector<Value> cumsum_gradient(const GradContext& g) {
  const Attrs& attrs = g.node.attrs;
  const CumsumOptions options{attrs.flag("exclusive"), !attrs.flag("reverse")};
  if (g.inputs.size() > 1) return {cumsum(g.grads[0], g.inputs[1], options)};
  return {cumsum(g.grads[0], attrs.integer("axis"), options)};
}
}  // namespace

void define_ordering(OpTable& table) {
  OpDef def = indexing_row(
      "x sorted along an axis, and the i64 places that the elements are from. Equal ones keep their order, "
      "and "
      "NaN is last either way.",
      1);
  def.attrs = {{"axis", AttrKind::integer, std::int64_t{-1}}, {"descending", AttrKind::flag, false}};
  def.infer = sort_type;
  def.kernel = sort_kernel;
  def.gradient = ordered_gradient;
  table.define(Op::sort, def);

  def = indexing_row(
      "The k largest (or smallest) along an axis, and their i64 places: the first k of sort, or where "
      "`sorted` "
      "is false these in the order of x.",
      1);
  def.attrs = {{"k", AttrKind::integer},
               {"axis", AttrKind::integer, std::int64_t{-1}},
               {"largest", AttrKind::flag, true},
               {"sorted", AttrKind::flag, true}};
  def.operands = {"k"};
  def.infer = top_k_type;
  def.infer_open = top_k_open_type;
  def.kernel = top_k_kernel;
  def.gradient = ordered_gradient;
  table.define(Op::top_k, def);

  def = indexing_row(
      "The sums along an axis up to each element; without it where `exclusive`, from the end where "
      "`reverse`. "
      "Integers wrap.",
      1);
  def.attrs = {{"axis", AttrKind::integer, std::int64_t{0}},
               {"exclusive", AttrKind::flag, false},
               {"reverse", AttrKind::flag, false}};
  def.operands = {"axis"};
  def.infer = cumsum_type;
  def.infer_open = cumsum_open_type;
  def.kernel = cumsum_kernel;
  def.gradient = cumsum_gradient;
  table.define(Op::cumsum, def);
}

}  // namespace tenon
