#include "op/writing.h"

#include <algorithm>
#include <numeric>

#include "tenon/ops.h"

namespace tenon {

std::vector<Value> write_all(Op op, const std::vector<Value>& inputs, const Attrs& attrs) {
  for (const Value& input : inputs) input.type();  // throws where one was never set
  return inputs.front().graph().emit(op, inputs, attrs);
}

Value write(Op op, const std::vector<Value>& inputs, const Attrs& attrs) {
  return write_all(op, inputs, attrs).front();
}

Value unbroadcast(Value grad, Value input) {
  const Type& from = grad.type();
  const bool same = from.ranked && from == input.type() &&
                    std::none_of(from.dims.begin(), from.dims.end(), [](Dim d) { return d.is_unknown(); });
  return same ? grad : sum_to_like(grad, input);
}

Ints resolved_axes(const Ints& axes, std::int64_t rank) {
  Ints resolved = axes;
  if (axes.empty()) {
    resolved.resize(static_cast<std::size_t>(rank));
    std::iota(resolved.begin(), resolved.end(), 0);
  }
  for (std::int64_t& axis : resolved)
    if (axis < 0) axis += rank;
  std::sort(resolved.begin(), resolved.end());
  return resolved;
}

Ints axes_from(Value x, std::int64_t first) {
  const std::int64_t rank = x.rank();
  Ints axes;
  for (std::int64_t axis = first < 0 ? first + rank : first; axis < rank; ++axis) axes.push_back(axis);
  return axes;
}

namespace {
// For each axis of the result the axis of x that stands there, or kInserted.
constexpr std::int64_t kInserted = -1;
Ints sources_of(std::int64_t kept, const Ints& axes) {
  const std::int64_t rank = kept + static_cast<std::int64_t>(axes.size());
  Ints sources;
  std::int64_t next = 0;
  for (std::int64_t axis = 0; axis < rank; ++axis)
    sources.push_back(std::count(axes.begin(), axes.end(), axis) ? kInserted : next++);
  return sources;
}

// As one reshape, which can copy a dimension only to its own place: all that move must be constants.
std::optional<Ints> insertion_shape(const Type& x, const Ints& sources) {
  Ints shape;
  for (std::size_t axis = 0; axis < sources.size(); ++axis) {
    const std::int64_t source = sources[axis];
    const Dim dim = source == kInserted ? Dim(1) : x.dims[static_cast<std::size_t>(source)];
    const bool stays = source == static_cast<std::int64_t>(axis);
    if (!stays && (!dim.is_constant() || dim.is(0))) return std::nullopt;
    shape.push_back(stays ? 0 : dim.constant());
  }
  return shape;
}
}  // namespace

// Where dimensions are not known, the ones are put in at the end, where all others keep their places, and
// then moved: a transpose that moves only ones is a reshape once shapes are known.
Value insert_axes(Value x, const Ints& axes) {
  if (axes.empty()) return x;
  const std::int64_t kept = x.rank();
  const std::int64_t rank = kept + static_cast<std::int64_t>(axes.size());
  for (const std::int64_t axis : axes)
    require(axis >= 0 && axis < rank, "axis ", axis, " cannot be inserted among ", rank);
  const Ints sources = sources_of(kept, axes);
  if (const auto shape = insertion_shape(x.type(), sources)) return reshape(x, *shape);
  Ints appended(static_cast<std::size_t>(kept), 0);
  appended.resize(sources.size(), 1);
  Ints perm = sources;
  std::int64_t next_one = kept;
  for (std::int64_t& source : perm)
    if (source == kInserted) source = next_one++;
  return transpose(reshape(x, appended), perm);
}

Value remove_axes(Value x, const Ints& axes) {
  if (axes.empty()) return x;
  const Ints gone = resolved_axes(axes, x.rank());
  Ints shape, kept;
  bool is_sure = true;  // an entry of 0 would copy a dimension
  for (std::int64_t axis = 0; axis < x.rank(); ++axis) {
    if (std::ranges::find(gone, axis) != gone.end()) continue;
    const Dim dim = x.type().dims[static_cast<std::size_t>(axis)];
    kept.push_back(axis);
    shape.push_back(dim.is_constant() ? dim.constant() : -1);
    is_sure = is_sure && !dim.is(0);
  }
  if (is_sure && std::ranges::count(shape, -1) <= 1) return reshape(x, shape);
  const Tensor places = Tensor::of<std::int64_t>({static_cast<std::int64_t>(kept.size())}, std::span(kept));
  return reshape(x, gather(shape_of(x), x.graph().constant(places)));
}

Value expand_reduced(Value reduced, Value x, const Ints& axes, bool keep) {
  const bool scalar = reduced.type().ranked && reduced.rank() == 0;
  if (!keep && !scalar) reduced = insert_axes(reduced, resolved_axes(axes, x.rank()));
  return expand_like(reduced, x);
}

namespace {
// As i64[]; folded once the shape is known.
Value count_by_shape(Value x, const Ints& axes) {
  Value dims = shape_of(x);
  if (!axes.empty()) {
    const Ints picked = resolved_axes(axes, x.rank());
    const Tensor indices =
        Tensor::of<std::int64_t>({static_cast<std::int64_t>(picked.size())}, std::span(picked));
    dims = gather(dims, x.graph().constant(indices), 0);
  }
  return reduce_prod(dims);
}

std::optional<std::int64_t> known_count(const Type& type, const Ints& axes) {
  if (!type.ranked) return std::nullopt;
  std::int64_t count = 1;
  for (const std::int64_t axis : resolved_axes(axes, type.rank())) {
    const Dim dim = type.dims[static_cast<std::size_t>(axis)];
    if (!dim.is_constant()) return std::nullopt;
    count *= dim.constant();
  }
  return count;
}
}  // namespace

Value count_along(Value x, const Ints& axes) {
  if (const auto count = known_count(x.type(), axes)) return scalar_like(static_cast<double>(*count), x);
  return cast(count_by_shape(x, axes), x.dtype());
}

Value inverse_count_along(Value x, const Ints& axes) {
  if (const auto count = known_count(x.type(), axes))
    return scalar_like(1.0 / static_cast<double>(*count), x);
  return cast(reciprocal(cast(count_by_shape(x, axes), DType::f64)), x.dtype());
}

}  // namespace tenon
