#include <algorithm>

#include "onnx/rules.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Grids to sample images at, images brought to a size, and images put together from their windows.
namespace tenon::onnx {

namespace {
// The coordinates in [-1, 1] of the places along an axis: of its ends or of the middles of its elements.
Value coordinates(const Call& call, Value size, bool align_corners, DType dtype) {
  const Value place = counted(call, size, dtype);
  const Value count = cast(size, dtype);
  if (align_corners) return place * (2.0 / maximum(count - 1.0, 1.0)) - 1.0;
  return (place * 2.0 + 1.0) / count - 1.0;
}

// Points of a grid of the given size, the last axis of the image first, moved by a matrix for each image.
std::vector<Item> affine_grid(const Call& call) {
  const Value matrices = call.input(0);
  const Value size = constant_if_known(call, cast_to(call.input(1), DType::i64));
  call.require(matrices.rank() == 3 && matrices.type().dims[1].is_constant(),
               "it needs matrices of a known size");
  const std::int64_t spatial = matrices.type().dims[1].constant();
  const Value sizes = part(call, size, 2, 2 + spatial);
  std::vector<Value> columns;
  for (std::int64_t i = spatial; i-- > 0;) {
    const Value one = coordinates(call, part(call, sizes, i), call.flag("align_corners"), matrices.dtype());
    columns.push_back(insert_axes(stretched(call, along(one, i, spatial), sizes), {spatial}));
  }
  columns.push_back(stretched(call, scalar_like(1, matrices),
                              constant_if_known(call, concat({sizes, call.integers({1})}, 0))));
  const Value points = concat(columns, spatial);
  const Value rows = reshape(points, Ints{-1, spatial + 1});
  const Value moved = matmul(rows, matrices, {.transpose_b = true});
  const Value shape = concat({part(call, size, 0), sizes, call.integers({spatial})}, 0);
  return {reshaped(call, moved, constant_if_known(call, shape))};
}

// Cut or filled with zeros at both ends; the odd one at the end.
std::vector<Item> centring(const Call& call) {
  const Value x = call.input(0);
  Ints axes = call.ints("axes");
  if (axes.empty())
    for (std::int64_t axis = 0; axis < x.rank(); ++axis) axes.push_back(axis);
  const Value wanted = cast_to(call.input(1), DType::i64);
  std::vector<Value> more(static_cast<std::size_t>(x.rank()), call.integers({0}));
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::int64_t axis = place_of(call, axes[i], x.rank());
    more[static_cast<std::size_t>(axis)] =
        part(call, wanted, static_cast<std::int64_t>(i)) - size_of_axis(call, x, axis);
  }
  const Value total = constant_if_known(call, concat(more, 0));
  const Value low = div(total, 2.0);
  const auto known_low = call.known(low), known_high = call.known(total - low);
  if (!known_low || !known_high) return {pad(x, low, total - low)};
  const auto as_ints = [](const Tensor& tensor) {
    return Ints(tensor.as<std::int64_t>().begin(), tensor.as<std::int64_t>().end());
  };
  return {pad(x, {as_ints(*known_low), as_ints(*known_high)})};
}

// The filters that put each of the places of a window, which are channels, to its place.
Value placing_filters(const Call& call, const Ints& window, std::int64_t channels, DType dtype) {
  const std::int64_t places = element_count(window);
  Tensor filters = Tensor::zeros(dtype, {channels * places, places});
  for (std::int64_t i = 0; i < channels * places; ++i) filters.set_number(i * places + i % places, 1);
  Shape shape{channels * places, 1};
  shape.insert(shape.end(), window.begin(), window.end());
  return call.constant(filters.reshape(shape));
}

// Windows [N, C places, windows] added up to images.
std::vector<Item> joining_windows(const Call& call) {
  const Value x = call.input(0);
  const auto image = call.required_ints("image_shape", 1), window = call.required_ints("block_shape", 2);
  call.require(image && window && image->size() == window->size() && x.rank() == 3,
               "it needs windows, the size of the image and that of a window");
  const std::size_t rank = image->size();
  const Dim rows = x.type().dims[1];
  const bool fits = std::ranges::all_of(*window, [](std::int64_t size) { return size > 0 && size < 4096; });
  call.require(rows.is_constant() && fits && rank <= 3, "its sizes must be known, positive and below 4096");
  const std::int64_t places = element_count(*window);
  call.require(rows.constant() % places == 0 && rows.constant() * places <= (1 << 20),
               "its channels do not fit its windows");
  const Ints ones(rank, 1), pads = call.ints("pads", Ints(2 * rank, 0));
  ConvOptions options{
      call.ints("strides", ones), call.ints("dilations", ones), {}, {}, rows.constant() / places};
  call.require(pads.size() == 2 * rank && options.strides.size() == rank && options.dilations.size() == rank,
               "strides and dilations need ", rank, " entries, and pads twice as many");
  const auto middle = pads.begin() + static_cast<std::ptrdiff_t>(rank);
  options.pads_low.assign(pads.begin(), middle);
  options.pads_high.assign(middle, pads.end());
  Ints shape{0, 0};
  for (std::size_t i = 0; i < rank; ++i) {
    const std::int64_t reach = (*window)[i] + ((*window)[i] - 1) * (options.dilations[i] - 1);
    call.require(options.strides[i] > 0, "its strides must be positive");
    shape.push_back(((*image)[i] + pads[i] + pads[i + rank] - reach) / options.strides[i] + 1);
  }
  const Value filters = placing_filters(call, *window, options.groups, x.dtype());
  return {conv_transpose(reshape(x, shape), filters, options, *image)};
}
}  // namespace

void add_image_rules(Rules& rules) {
  rules.add("AffineGrid", affine_grid);
  rules.add("CenterCropPad", centring);
  rules.add("Col2Im", joining_windows);
}

}  // namespace tenon::onnx
