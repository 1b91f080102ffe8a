#include "pass/pools.h"

#include <algorithm>
#include <limits>

#include "pass/rewrite.h"
#include "tenon/ops.h"

namespace tenon {

namespace {
// Images are [N, C, spatial axes…], and perhaps an axis of channels after these.
constexpr std::size_t kFirstSpatial = 2;

bool all_are(const Ints& values, std::int64_t wanted) {
  return std::all_of(values.begin(), values.end(), [&](std::int64_t value) { return value == wanted; });
}

std::int64_t places_of(const Ints& kernel) {
  std::int64_t places = 1;
  for (const std::int64_t size : kernel) places *= size;
  return places;
}

// The offsets of a window's place along each spatial axis, counted row by row.
Ints offsets_of(std::int64_t place, const Ints& kernel) {
  Ints offsets(kernel.size());
  for (std::size_t axis = kernel.size(); axis-- > 0; place /= kernel[axis])
    offsets[axis] = place % kernel[axis];
  return offsets;
}

// What stands at one place of every window.
Value elements_at(Value x, std::int64_t place, const Ints& kernel, const Ints& strides, const Shape& result) {
  const Ints offsets = offsets_of(place, kernel);
  std::vector<SliceSpec> parts;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const std::int64_t end = offsets[i] + strides[i] * (result[kFirstSpatial + i] - 1) + 1;
    parts.push_back({static_cast<std::int64_t>(kFirstSpatial + i), offsets[i], end, strides[i]});
  }
  return slice(x, parts);
}
Value elements_at(Value x, std::int64_t place, const Ints& kernel, const Shape& result) {
  return elements_at(x, place, kernel, kernel, result);
}

Value filled(Graph& graph, DType dtype, const Shape& shape, double number) {
  return broadcast_to(graph.constant(Tensor::full(dtype, {}, number)), shape);
}

std::vector<Value> write_max_pool(Value x, const Node& node, const Shape& shape) {
  const Ints& kernel = node.attrs.ints("kernel");
  const DType index_type = node.results[1].dtype;
  Value best = elements_at(x, 0, kernel, shape);
  Value place = filled(x.graph(), index_type, shape, 0);
  for (std::int64_t i = 1; i < places_of(kernel); ++i) {
    const Value other = elements_at(x, i, kernel, shape);
    // Larger, or the first NaN.
    const Value takes = logical_and(logical_not(less_equal(other, best)), equal(best, best));
    best = maximum(other, best);  // of equal ones, as zeros of both signs are, the second: the first in place
    place = select(takes, filled(x.graph(), index_type, shape, static_cast<double>(i)), place);
  }
  return {best, place};
}

Value write_avg_pool(Value x, const Node& node, const Shape& shape) {
  const Ints& kernel = node.attrs.ints("kernel");
  Value sum = elements_at(x, 0, kernel, shape);
  for (std::int64_t i = 1; i < places_of(kernel); ++i) sum = add(sum, elements_at(x, i, kernel, shape));
  return div(sum, filled(x.graph(), x.dtype(), shape, static_cast<double>(places_of(kernel))));
}

// [N, C, S…] and, next to each spatial axis, one for the places of the window.
Shape with_places(const Shape& shape, const Ints& kernel, bool spread) {
  Shape wide(shape.begin(), shape.begin() + kFirstSpatial);
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    wide.push_back(shape[kFirstSpatial + i]);
    wide.push_back(spread ? kernel[i] : 1);
  }
  wide.insert(wide.end(), shape.begin() + static_cast<std::ptrdiff_t>(kFirstSpatial + kernel.size()),
              shape.end());
  return wide;
}

Value spread(Value x, const Ints& kernel) {
  const Shape shape = x.type().shape();
  return broadcast_to(reshape(x, with_places(shape, kernel, false)), with_places(shape, kernel, true));
}

// Takes the places back into the spatial axes; what no window covers, at the ends, is 0.
Value gathered(Value wide, const Shape& image, const Shape& windows, const Ints& kernel) {
  Shape covered(windows.begin(), windows.begin() + kFirstSpatial);
  PadOptions options{Ints(image.size(), 0), Ints(image.size(), 0)};
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    covered.push_back(windows[kFirstSpatial + i] * kernel[i]);
    options.high[kFirstSpatial + i] = image[kFirstSpatial + i] - covered.back();
  }
  covered.insert(covered.end(), image.begin() + static_cast<std::ptrdiff_t>(covered.size()), image.end());
  const Value result = reshape(wide, covered);
  return covered == image ? result : pad(result, options);
}

// The number of each place, where `spread` puts it.
Value place_numbers(Graph& graph, DType dtype, const Shape& wide, const Ints& kernel) {
  Value numbers;
  std::int64_t weight = places_of(kernel);
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    weight /= kernel[i];
    const auto axis = static_cast<std::int64_t>(kFirstSpatial + 2 * i + 1);
    const Value digits = graph.emit1(Op::iota, {}, {{"shape", wide}, {"axis", axis}, {"dtype", dtype}});
    const Value term = mul(digits, filled(graph, dtype, wide, static_cast<double>(weight)));
    numbers = numbers.defined() ? add(numbers, term) : term;
  }
  return numbers;
}

Value write_max_unpool(Value dy, Value window, const Node& node, const Shape& image) {
  const Ints& kernel = node.attrs.ints("kernel");
  const Shape windows = dy.type().shape();
  const Value wide = spread(dy, kernel);
  const Shape shape = wide.type().shape();
  const Value here = equal(spread(window, kernel), place_numbers(dy.graph(), window.dtype(), shape, kernel));
  const Value placed = select(here, wide, filled(dy.graph(), dy.dtype(), shape, 0));
  return gathered(placed, image, windows, kernel);
}

Value write_avg_unpool(Value dy, const Node& node, const Shape& image) {
  const Ints& kernel = node.attrs.ints("kernel");
  const Shape windows = dy.type().shape();
  const Value share =
      div(dy, filled(dy.graph(), dy.dtype(), windows, static_cast<double>(places_of(kernel))));
  return gathered(spread(share, kernel), image, windows, kernel);
}
}  // namespace

namespace {
constexpr std::int64_t kMostPlaces = 16;  // beyond that slices are more work than a loop over the window

// The image with as many of the least numbers around it as the windows reach beyond it.
Value padded(Value x, const Node& pool, const Ints& strides, const Shape& result) {
  const Shape image = x.type().shape();
  const Ints &kernel = pool.attrs.ints("kernel"), &low = pool.attrs.ints("pads_low");
  PadOptions options{Ints(image.size(), 0), Ints(image.size(), 0)};
  options.value = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    const std::size_t axis = kFirstSpatial + i;
    options.low[axis] = low.empty() ? 0 : low[i];
    options.high[axis] = strides[i] * (result[axis] - 1) + kernel[i] - image[axis] - options.low[axis];
  }
  return pad(x, options);
}
}  // namespace

bool is_sliding_maximum(const Graph& graph, const Node& node) {
  if (node.op != Op::max_pool || !is_float(node.results[0].dtype) || node.results[0].size() == 0)
    return false;
  const auto id = static_cast<std::uint32_t>(&node - graph.nodes().data());
  const auto reads_places = [&](Ref ref) { return ref == Ref{id, 1}; };
  return all_are(node.attrs.ints("dilations"), 1) && places_of(node.attrs.ints("kernel")) <= kMostPlaces &&
         std::ranges::none_of(graph.outputs(), reads_places, &NamedRef::ref) &&
         std::ranges::none_of(graph.nodes(), [&](const Node& reader) {
           return std::ranges::any_of(reader.inputs, reads_places);
         });
}

Value write_sliding_maximum(const Node& node, Value x, const Shape& result) {
  const Ints& kernel = node.attrs.ints("kernel");
  const Ints given = node.attrs.ints("strides");
  const Ints strides = given.empty() ? Ints(kernel.size(), 1) : given;
  const Value image = padded(x, node, strides, result);
  Value best = elements_at(image, 0, kernel, strides, result);
  for (std::int64_t i = 1; i < places_of(kernel); ++i)
    best = maximum(elements_at(image, i, kernel, strides, result), best);
  return best;
}

bool is_tiling_pool(const Node& node) {
  if (node.op != Op::max_pool && node.op != Op::avg_pool && node.op != Op::max_unpool &&
      node.op != Op::avg_unpool)
    return false;
  const Ints& kernel = node.attrs.ints("kernel");
  const Ints& strides = node.attrs.ints("strides");
  return (strides.empty() || strides == kernel) && all_are(node.attrs.ints("dilations"), 1) &&
         all_are(node.attrs.ints("pads_low"), 0) && all_are(node.attrs.ints("pads_high"), 0) &&
         !node.attrs.flag("ceil") && places_of(kernel) <= kMostPlaces && node.results[0].size() > 0;
}

std::vector<Value> write_pool(const Node& node, std::span<const Value> inputs, const Shape& result) {
  switch (node.op) {
    case Op::max_pool:
      return write_max_pool(inputs[0], node, result);
    case Op::avg_pool:
      return {write_avg_pool(inputs[0], node, result)};
    case Op::max_unpool:
      return {write_max_unpool(inputs[0], inputs[1], node, result)};
    default:
      return {write_avg_unpool(inputs[0], node, result)};
  }
}

Graph tile_pools(const Graph& graph, const std::function<bool(const Graph&, const Node&)>& chosen) {
  using Results = std::optional<std::vector<Value>>;
  return Rewrite::apply(graph, [&](Rewrite&, const Node& node, std::span<const Value> in) -> Results {
    if (!is_tiling_pool(node) || !chosen(graph, node)) return std::nullopt;
    return write_pool(node, in, node.results[0].shape());
  });
}

}  // namespace tenon
