#include <limits>

#include "onnx/rules.h"
#include "onnx/sample.h"
#include "onnx/shapes.h"
#include "op/writing.h"

// Images sampled at points that values say: GridSample and RoiAlign.
namespace tenon::onnx {

namespace {
struct Sampling {
  std::string filter;   // nearest, linear or cubic
  std::string padding;  // zeros, border or reflection
  bool align_corners;
};

Sampling sampling_of(const Call& call) {
  Sampling sampling{call.text("mode", "linear"), call.text("padding_mode", "zeros"),
                    call.flag("align_corners")};
  if (sampling.filter == "bilinear") sampling.filter = "linear";
  if (sampling.filter == "bicubic") sampling.filter = "cubic";
  const bool has_filter =
      sampling.filter == "nearest" || sampling.filter == "linear" || sampling.filter == "cubic";
  call.require(has_filter, "there is no mode '", sampling.filter, "'");
  const bool has_padding =
      sampling.padding == "zeros" || sampling.padding == "border" || sampling.padding == "reflection";
  call.require(has_padding, "there is no padding_mode '", sampling.padding, "'");
  return sampling;
}

// Moved into the image: to its edge, or mirrored at its borders as often as it takes.
Value moved_inside(const Sampling& sampling, Value x, Value size) {
  const Value last = size - 1.0;
  if (sampling.padding == "zeros") return x;
  if (sampling.padding == "border") return minimum(maximum(x, 0.0), last);
  const Value low = scalar_like(sampling.align_corners ? 0.0 : -0.5, x);
  const Value span = maximum(sampling.align_corners ? last : size, scalar_like(1e-9, x));
  const Value over = mod(x - low, span * 2.0);
  return minimum(maximum(minimum(over, span * 2.0 - over) + low, 0.0), last);
}

struct Tap {
  Value place;   // i64, inside
  Value weight;  // 0 where it is outside and outside is zeros
};

Tap tap_at(const Sampling& sampling, Value place, Value weight, Value size) {
  const Value outside = logical_or(place<0.0, place> size - 1.0);
  const Value inside = minimum(maximum(moved_inside(sampling, place, size), 0.0), size - 1.0);
  const bool hides = sampling.padding == "zeros";
  return {cast(inside, DType::i64), hides ? select(outside, 0.0, weight) : weight};
}

// What makes up the value at a coordinate in [-1, 1] of an axis.
std::vector<Tap> taps_of(const Sampling& sampling, Value coordinate, Value size) {
  const Value x = sampling.align_corners ? (coordinate + 1.0) * 0.5 * (size - 1.0)
                                         : ((coordinate + 1.0) * size - 1.0) * 0.5;
  const Value one = scalar_like(1, x);
  if (sampling.filter == "nearest")
    return {tap_at(sampling, round(moved_inside(sampling, x, size)), one, size)};
  const Value first = floor(x);
  const Value part = x - first;
  if (sampling.filter == "linear")
    return {tap_at(sampling, first, one - part, size), tap_at(sampling, first + 1.0, part, size)};
  std::vector<Tap> taps;
  for (int i = -1; i <= 2; ++i) {
    const double offset = i;
    taps.push_back(tap_at(sampling, first + offset, cubic_weight(part - offset, -0.75), size));
  }
  return taps;
}

// The sum over one tap of each axis, the product of their weights times the element at their places.
class Taps {
 public:
  Taps(const Call& call, Value x, Value image, Value channel, std::vector<std::vector<Tap>> axes)
      : call_(call), x_(x), image_(image), channel_(channel), axes_(std::move(axes)) {}

  Value sum() { return sum_from(0, {}, {}); }

 private:
  Value sum_from(std::size_t axis, std::vector<Value> places, Value weight) {
    if (axis == axes_.size())
      return elements_at(call_, x_, image_, channel_, places) * cast_to(weight, x_.dtype());
    Value total;
    places.emplace_back();
    for (const Tap& tap : axes_[axis]) {
      places.back() = tap.place;
      const Value term = sum_from(axis + 1, places, weight.defined() ? weight * tap.weight : tap.weight);
      total = total.defined() ? total + term : term;
    }
    return total;
  }

  const Call& call_;
  Value x_, image_, channel_;
  std::vector<std::vector<Tap>> axes_;
};

// The grid is [N, O…, spatial axes], its last axis counts the spatial axes from the last.
std::vector<Item> sampling_grid(const Call& call) {
  const Value x = call.input(0), grid = call.input(1);
  const std::int64_t spatial = x.rank() - 2;
  call.require(spatial >= 1 && grid.rank() == x.rank(), "it needs images and a grid of as many axes");
  const Sampling sampling = sampling_of(call);
  std::vector<std::vector<Tap>> axes;
  for (std::int64_t axis = 0; axis < spatial; ++axis) {
    const std::int64_t at = spatial - 1 - axis;
    const Value one = slice(grid, {{x.rank() - 1, at, at + 1}});
    const Value coordinate = insert_axes(reduce_sum(one, {x.rank() - 1}), {1});
    axes.push_back(taps_of(sampling, coordinate, cast(size_of_axis(call, x, axis + 2), grid.dtype())));
  }
  return {Taps(call, x, places_along(call, x, 0), places_along(call, x, 1), std::move(axes)).sum()};
}

// Regions of interest: each cell of a region's grid is the mean or the largest of samples inside it. Axes of
// what is computed: region, channel, row, sample row, column, sample column.
constexpr std::int64_t kRegionRank = 6;

struct Line {       // along rows or columns
  Value low, high;  // i64 places
  Value low_weight, high_weight;
  Value counts;   // whether the sample is one of its region's, where that varies
  Value samples;  // how many the cell has
};

struct Regions {
  const Call& call;
  Value x;
  Value boxes;  // [regions, 4]: left, top, right, bottom
  bool half_pixel;
  double scale;
  std::int64_t sampling_ratio;

  Value edge(std::int64_t at) const {  // f32[regions, 1…]
    const Value column = reduce_sum(slice(boxes, {{1, at, at + 1}}), {1});
    const Value scaled = along(column * scale, 0, kRegionRank);
    return half_pixel ? scaled - 0.5 : scaled;
  }

  Line line(std::int64_t begin_at, std::int64_t end_at, std::int64_t cells, std::int64_t axis,
            std::int64_t place) const {
    const Value begin = edge(begin_at);
    Value length = edge(end_at) - begin;
    if (!half_pixel) length = maximum(length, 1.0);
    const Value cell = length / static_cast<double>(cells);
    Line result;
    Value count = call.integers({sampling_ratio});
    if (sampling_ratio > 0) {
      result.samples = scalar_like(static_cast<double>(sampling_ratio), cell);
    } else {
      result.samples = maximum(ceil(cell), 1.0);
      count = reshape(cast(reduce_max(result.samples), DType::i64), Ints{1});
    }
    const Value sample = along(counted(call, count, cell.dtype()), place + 1, kRegionRank);
    const Value number = along(counted(call, call.integers({cells}), cell.dtype()), place, kRegionRank);
    if (sampling_ratio <= 0) result.counts = sample < result.samples;
    const Value at = begin + number * cell + (sample + 0.5) * (cell / result.samples);
    const Value size = cast(size_of_axis(call, x, axis), cell.dtype());
    const Value outside = logical_or(at<-1.0, at> size);
    const Value inside = minimum(maximum(at, 0.0), size - 1.0);
    const Value low = floor(inside);
    result.low = cast(low, DType::i64);
    result.high = cast(minimum(low + 1.0, size - 1.0), DType::i64);
    result.high_weight = select(outside, 0.0, inside - low);
    result.low_weight = select(outside, 0.0, 1.0 - (inside - low));
    return result;
  }
};

std::vector<Item> aligning_regions(const Call& call) {
  const Value x = call.input(0);
  call.require(x.rank() == 4, "it needs images");
  const std::string how = call.text("coordinate_transformation_mode", "half_pixel");
  const Regions regions{call,
                        x,
                        call.input(1),
                        call.opset() >= 16 && how == "half_pixel",
                        call.number("spatial_scale", 1.0),
                        call.integer("sampling_ratio", 0)};
  const Line rows = regions.line(1, 3, call.integer("output_height", 1), 2, 2);
  const Line columns = regions.line(0, 2, call.integer("output_width", 1), 3, 4);
  const Value image = along(cast_to(call.input(2), DType::i64), 0, kRegionRank);
  const Value channel = along(counted(call, size_of_axis(call, x, 1)), 1, kRegionRank);
  const bool takes_largest = call.text("mode", "avg") == "max";
  Value cells;
  const auto take = [&](Value row, Value row_weight, Value column, Value column_weight) {
    const Value weight = cast_to(row_weight * column_weight, x.dtype());
    const Value term = elements_at(call, x, image, channel, {row, column}) * weight;
    cells = !cells.defined() ? term : takes_largest ? maximum(cells, term) : cells + term;
  };
  take(rows.low, rows.low_weight, columns.low, columns.low_weight);
  take(rows.low, rows.low_weight, columns.high, columns.high_weight);
  take(rows.high, rows.high_weight, columns.low, columns.low_weight);
  take(rows.high, rows.high_weight, columns.high, columns.high_weight);
  if (takes_largest) {
    const double least = -std::numeric_limits<double>::infinity();
    if (rows.counts.defined()) cells = select(logical_and(rows.counts, columns.counts), cells, least);
    return {reduce_max(cells, {3, 5})};
  }
  if (!rows.counts.defined()) return {reduce_mean(cells, {3, 5})};
  const Value shown = select(logical_and(rows.counts, columns.counts), cells, 0.0);
  const Value each = cast_to(rows.samples * columns.samples, x.dtype());
  return {reduce_sum(shown / each, {3, 5})};
}
}  // namespace

void add_sampling_rules(Rules& rules) {
  rules.add("GridSample", sampling_grid);
  rules.add("RoiAlign", aligning_regions);
}

}  // namespace tenon::onnx
