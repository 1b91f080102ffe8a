#include "op/slices.h"

#include <algorithm>
#include <cstring>

#include "op/shape_rules.h"

namespace tenon {

std::optional<Combine> parse_combine(std::string_view name) {
  constexpr std::string_view kNames[] = {"none", "add", "mul", "max", "min"};
  const auto found = std::find(std::begin(kNames), std::end(kNames), name);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<Combine>(found - std::begin(kNames));
}

SliceView view_along(const Shape& shape, std::int64_t axis) {
  const auto at = shape.begin() + axis;
  return {element_count(Shape(shape.begin(), at)), *at, element_count(Shape(at + 1, shape.end()))};
}

std::int64_t checked_place(const Node& node, std::int64_t index, std::int64_t size) {
  require(index >= -size && index < size, describe(node), ": index ", index,
          " is out of range for a dimension of ", size);
  return index < 0 ? index + size : index;
}

namespace {
// Calls visit(position of a slice in the list, its place in the tensor) for every slice that is named.
template <class Visit>
void for_each_slice(SliceView view, const Ints& places, std::int64_t count, Visit&& visit) {
  const bool shared = static_cast<std::int64_t>(places.size()) == count;
  for (std::int64_t outer = 0; outer < view.outer; ++outer)
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t place = places[static_cast<std::size_t>(shared ? i : outer * count + i)];
      visit((outer * count + i) * view.inner, (outer * view.places + place) * view.inner);
    }
}

std::int64_t slices_each(const Tensor& list, SliceView view) {
  const std::int64_t divisor = view.outer * view.inner;
  return divisor == 0 ? 0 : list.size() / divisor;
}

template <class W>
W combine(Combine how, W old, W update) {
  switch (how) {
    case Combine::add:
      return old + update;
    case Combine::mul:
      return old * update;
    case Combine::max:
      return update > old || update != update ? update : old;
    case Combine::min:
      return update < old || update != update ? update : old;
    default:
      return update;
  }
}

// Integers keep their sign for max and min; as unsigned their sums and products wrap.
template <class T, class W>
void put_wide(const Tensor& result, SliceView view, const Ints& places, const Tensor& updates, Combine how) {
  const auto elements = result.as<T>();
  std::vector<W> wide(elements.size());
  std::transform(elements.begin(), elements.end(), wide.begin(), convert<W, T>);
  const T* from = updates.as<T>().data();
  for_each_slice(view, places, slices_each(updates, view), [&](std::int64_t source, std::int64_t target) {
    for (std::int64_t k = 0; k < view.inner; ++k) {
      W& old = wide[static_cast<std::size_t>(target + k)];
      old = combine(how, old, convert<W>(from[source + k]));
    }
  });
  std::transform(wide.begin(), wide.end(), elements.begin(), convert<T, W>);
}

template <class T>
void put_reduced(const Tensor& result, SliceView view, const Ints& places, const Tensor& updates,
                 Combine how) {
  const bool wraps = how == Combine::add || how == Combine::mul;
  if (wraps || std::is_same_v<T, bool>)
    put_wide<T, Sum<T>>(result, view, places, updates, how);
  else
    put_wide<T, std::conditional_t<std::is_same_v<T, bool>, Sum<T>, Wide<T>>>(result, view, places, updates,
                                                                              how);
}
}  // namespace

Tensor take_slices(const Tensor& x, SliceView view, const Ints& places, Shape shape) {
  Tensor result = Tensor::empty(x.dtype(), std::move(shape));
  const std::size_t unit = size_of(x.dtype());
  const auto* from = static_cast<const std::byte*>(x.raw());
  auto* to = static_cast<std::byte*>(result.raw());
  const auto bytes = [&](std::int64_t elements) { return static_cast<std::size_t>(elements) * unit; };
  for_each_slice(view, places, slices_each(result, view), [&](std::int64_t target, std::int64_t source) {
    std::memcpy(to + bytes(target), from + bytes(source), bytes(view.inner));
  });
  return result;
}

Tensor put_slices(const Tensor& x, SliceView view, const Ints& places, const Tensor& updates, Combine how) {
  Tensor result = x.clone();
  if (how != Combine::none) {
    with_type(x.dtype(), [&]<class T>() { put_reduced<T>(result, view, places, updates, how); });
    return result;
  }
  const std::size_t unit = size_of(x.dtype());
  const auto* from = static_cast<const std::byte*>(updates.raw());
  auto* to = static_cast<std::byte*>(result.raw());
  const auto bytes = [&](std::int64_t elements) { return static_cast<std::size_t>(elements) * unit; };
  for_each_slice(view, places, slices_each(updates, view), [&](std::int64_t source, std::int64_t target) {
    std::memcpy(to + bytes(target), from + bytes(source), bytes(view.inner));
  });
  return result;
}

}  // namespace tenon
