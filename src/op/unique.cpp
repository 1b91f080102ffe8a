#include <algorithm>
#include <numeric>

#include "op/selection.h"
#include "op/slices.h"
#include "op/wide.h"
#include "op/writing.h"
#include "tenon/ops/selection.h"

namespace tenon {

Unique unique(Value x, UniqueOptions options) {
  Attrs attrs{{"sorted", options.sorted}};
  if (options.axis) attrs.set("axis", *options.axis);
  const auto results = write_all(Op::unique, {x}, attrs);
  return {results[0], results[1], results[2], results[3]};
}

namespace {
std::optional<std::int64_t> axis_of(const Attrs& attrs) {
  const AttrValue* axis = attrs.find("axis");
  return axis ? std::optional(std::get<std::int64_t>(*axis)) : std::nullopt;
}

std::vector<Type> unique_type(const TypeContext& context) {
  const Type& x = context.inputs[0];
  const Type some{DType::i64, {Dim::unknown()}};
  const auto axis = axis_of(context.attrs);
  if (!axis) return {{x.dtype, {Dim::unknown()}}, some, some, some};
  if (!x.ranked) return {x, some, some, some};
  const auto at = static_cast<std::size_t>(checked_axis(context, *axis, x.rank()));
  Type values = x;
  values.dims[at] = Dim::unknown();
  return {values, some, {DType::i64, {x.dims[at]}}, some};
}

// -1, 0 or 1; NaN equals NaN and comes after every number.
template <class W>
int compare(W a, W b) {
  if (a == b || (a != a && b != b)) return 0;
  if (a != a || b != b) return a != a ? 1 : -1;
  return a < b ? -1 : 1;
}

template <class W>
int compare_slices(const W* x, const SliceView& view, std::int64_t a, std::int64_t b) {
  for (std::int64_t outer = 0; outer < view.outer; ++outer)
    for (std::int64_t i = 0; i < view.inner; ++i) {
      const W* line = x + outer * view.places * view.inner + i;
      if (const int order = compare(line[a * view.inner], line[b * view.inner])) return order;
    }
  return 0;
}

// Slices that are equal, by their places in order.
using Groups = std::vector<Ints>;

Groups equal_slices(const Tensor& x, const SliceView& view) {
  const Tensor wide = widen(x);
  return with_wide(wide.dtype(), [&]<class W>() {
    const W* elements = wide.as<W>().data();
    Ints order(static_cast<std::size_t>(view.places));
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(
        order, [&](std::int64_t a, std::int64_t b) { return compare_slices(elements, view, a, b) < 0; });
    Groups groups;
    for (const std::int64_t place : order) {
      const bool begins = groups.empty() || compare_slices(elements, view, groups.back()[0], place) != 0;
      if (begins) groups.emplace_back();
      groups.back().push_back(place);
    }
    return groups;
  });
}

Tensor vector_of(const Ints& numbers) {
  return Tensor::of<std::int64_t>({static_cast<std::int64_t>(numbers.size())}, std::span(numbers));
}

std::vector<Tensor> unique_kernel(const KernelContext& context) {
  const Attrs& attrs = context.node.attrs;
  const auto axis = axis_of(attrs);
  const Tensor x = axis ? context.inputs[0] : context.inputs[0].reshape({context.inputs[0].size()});
  const std::int64_t at = axis.value_or(0) < 0 ? *axis + x.rank() : axis.value_or(0);
  const SliceView view = view_along(x.shape(), at);
  Groups groups = equal_slices(x, view);
  if (!attrs.flag("sorted")) std::ranges::sort(groups, {}, [](const Ints& group) { return group[0]; });
  Ints first, counts;
  Ints inverse(static_cast<std::size_t>(view.places));
  for (const Ints& group : groups) {
    for (const std::int64_t place : group)
      inverse[static_cast<std::size_t>(place)] = static_cast<std::int64_t>(first.size());
    first.push_back(group[0]);
    counts.push_back(static_cast<std::int64_t>(group.size()));
  }
  Shape shape = x.shape();
  shape[static_cast<std::size_t>(at)] = static_cast<std::int64_t>(first.size());
  return {take_slices(x, view, first, shape), vector_of(first), vector_of(inverse), vector_of(counts)};
}
}  // namespace

void define_unique(OpTable& table) {
  OpDef def = selection_row(
      "Every element once, or every slice along `axis`; the place where each first appears; for each place "
      "which one "
      "stands there; and how often each appears. Sorted, NaN last, or in the order of appearance. NaN equals "
      "NaN.",
      1);
  def.attrs = {{"axis", AttrKind::integer, {}, true}, {"sorted", AttrKind::flag, true}};
  def.infer = unique_type;
  def.kernel = unique_kernel;
  table.define(Op::unique, def);
}

}  // namespace tenon
