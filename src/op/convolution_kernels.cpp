#include <algorithm>

#include "op/contraction.h"
#include "op/convolution.h"
#include "op/window.h"

namespace tenon {

namespace {
// One group of one image, against its filters.
struct Geometry {
  std::int64_t images, groups, channels, filters;  // channels and filters of one group
  Taps taps;

  Geometry(const Attrs& attrs, const Shape& x, const Shape& w, const Shape& y)
      : images(x[0]),
        groups(attrs.integer("groups")),
        channels(w[1]),
        filters(groups == 0 ? 0 : w[0] / groups),
        taps(window_of(attrs, {w.begin() + 2, w.end()}), {x.begin() + 2, x.end()}, {y.begin() + 2, y.end()}) {
  }

  std::int64_t depth() const { return channels * taps.places(); }

  // Calls visit(image·groups + group, group, first position, how many positions).
  template <class Visit>
  void for_each_block(Visit&& visit) const {
    constexpr std::int64_t kPositions = 4096;  // so that the columns stay small
    for (std::int64_t image = 0; image < images; ++image)
      for (std::int64_t group = 0; group < groups; ++group)
        for (std::int64_t begin = 0; begin < taps.positions(); begin += kPositions)
          visit(image * groups + group, group, begin, std::min(kPositions, taps.positions() - begin));
  }

  // Calls visit(row of the columns, offset in the group's channels, position) for each place inside.
  template <class Visit>
  void for_each_tap(std::int64_t begin, std::int64_t count, Visit&& visit) const {
    for (std::int64_t place = 0; place < taps.places(); ++place) {
      const Ints offsets = taps.offsets(place, begin, begin + count);
      for (std::int64_t channel = 0; channel < channels; ++channel)
        for (std::int64_t i = 0; i < count; ++i)
          if (const std::int64_t offset = offsets[static_cast<std::size_t>(i)]; offset != Taps::kOutside)
            visit(channel * taps.places() + place, channel * taps.plane() + offset, i);
    }
  }
};

template <class T>
using Sums = std::vector<Sum<T>>;

template <class T>
Sums<T> zeros(std::int64_t count) {
  return Sums<T>(static_cast<std::size_t>(count));
}

// rows × columns of a matrix whose rows lie `stride` apart, from an offset in the tensor on.
template <class Wide>
std::vector<Wide> wide_block(const Tensor& tensor, std::int64_t offset, std::int64_t rows,
                             std::int64_t columns, std::int64_t stride) {
  std::vector<Wide> wide;
  wide.reserve(static_cast<std::size_t>(rows * columns));
  with_type(tensor.dtype(), [&]<class T>() {
    const T* const from = tensor.as<T>().data() + offset;
    for (std::int64_t row = 0; row < rows; ++row)
      for (std::int64_t column = 0; column < columns; ++column)
        wide.push_back(convert<Wide>(from[row * stride + column]));
  });
  return wide;
}

// What the windows at some positions see of a group's channels, one column a position.
template <class Wide>
std::vector<Wide> columns_of(const Geometry& g, const Tensor& x, std::int64_t slice, std::int64_t begin,
                             std::int64_t count) {
  std::vector<Wide> columns(static_cast<std::size_t>(g.depth() * count));
  with_type(x.dtype(), [&]<class T>() {
    const T* const image = x.as<T>().data() + slice * g.channels * g.taps.plane();
    g.for_each_tap(begin, count, [&](std::int64_t row, std::int64_t offset, std::int64_t i) {
      columns[static_cast<std::size_t>(row * count + i)] = convert<Wide>(image[offset]);
    });
  });
  return columns;
}

template <class T>
Sums<T> transposed(const Sums<T>& matrix, std::int64_t rows, std::int64_t columns) {
  Sums<T> result(matrix.size());
  for (std::int64_t row = 0; row < rows; ++row)
    for (std::int64_t column = 0; column < columns; ++column)
      result[static_cast<std::size_t>(column * rows + row)] =
          matrix[static_cast<std::size_t>(row * columns + column)];
  return result;
}

template <class T>
void narrow_into(const Sums<T>& wide, const Tensor& result) {
  std::transform(wide.begin(), wide.end(), result.as<T>().begin(), convert<T, Sum<T>>);
}

template <class T>
void run_conv(const Geometry& g, const Tensor& x, const Tensor& w, const Tensor& y) {
  const std::int64_t positions = g.taps.positions();
  g.for_each_block([&](std::int64_t slice, std::int64_t group, std::int64_t begin, std::int64_t count) {
    const Sums<T> columns = columns_of<Sum<T>>(g, x, slice, begin, count);
    const Sums<T> filters =
        wide_block<Sum<T>>(w, group * g.filters * g.depth(), g.filters, g.depth(), g.depth());
    Sums<T> product = zeros<T>(g.filters * count);
    multiply_add(filters.data(), columns.data(), product.data(), g.filters, count, g.depth());
    T* to = y.as<T>().data() + slice * g.filters * positions + begin;
    for (std::int64_t filter = 0; filter < g.filters; ++filter)
      for (std::int64_t i = 0; i < count; ++i)
        to[filter * positions + i] = convert<T>(product[static_cast<std::size_t>(filter * count + i)]);
  });
}

template <class T>
void run_conv_transpose(const Geometry& g, const Tensor& dy, const Tensor& w, const Tensor& dx) {
  const std::int64_t positions = g.taps.positions();
  Sums<T> sums = zeros<T>(dx.size());
  g.for_each_block([&](std::int64_t slice, std::int64_t group, std::int64_t begin, std::int64_t count) {
    const Sums<T> grads =
        wide_block<Sum<T>>(dy, slice * g.filters * positions + begin, g.filters, count, positions);
    const Sums<T> filters =
        wide_block<Sum<T>>(w, group * g.filters * g.depth(), g.filters, g.depth(), g.depth());
    Sums<T> columns = zeros<T>(g.depth() * count);
    multiply_add(transposed<T>(filters, g.filters, g.depth()).data(), grads.data(), columns.data(), g.depth(),
                 count, g.filters);
    Sum<T>* image = sums.data() + slice * g.channels * g.taps.plane();
    g.for_each_tap(begin, count, [&](std::int64_t row, std::int64_t offset, std::int64_t i) {
      image[offset] += columns[static_cast<std::size_t>(row * count + i)];
    });
  });
  narrow_into<T>(sums, dx);
}

template <class T>
void run_conv_filter(const Geometry& g, const Tensor& x, const Tensor& dy, const Tensor& dw) {
  const std::int64_t positions = g.taps.positions();
  Sums<T> sums = zeros<T>(dw.size());
  g.for_each_block([&](std::int64_t slice, std::int64_t group, std::int64_t begin, std::int64_t count) {
    const T* image = x.as<T>().data() + slice * g.channels * g.taps.plane();
    Sums<T> columns = zeros<T>(g.depth() * count);  // transposed: one row a position
    g.for_each_tap(begin, count, [&](std::int64_t row, std::int64_t offset, std::int64_t i) {
      columns[static_cast<std::size_t>(i * g.depth() + row)] = convert<Sum<T>>(image[offset]);
    });
    const Sums<T> grads =
        wide_block<Sum<T>>(dy, slice * g.filters * positions + begin, g.filters, count, positions);
    multiply_add(grads.data(), columns.data(), sums.data() + group * g.filters * g.depth(), g.filters,
                 g.depth(), count);
  });
  narrow_into<T>(sums, dw);
}

}  // namespace

std::vector<Tensor> run_convolution(const KernelContext& context, ConvolutionRole role) {
  using enum ConvolutionRole;
  const Tensor result = Tensor::empty(context.results[0].dtype, context.results[0].shape());
  const Tensor& a = context.inputs[0];
  const Tensor& b = context.inputs[1];
  with_type(result.dtype(), [&]<class T>() {
    const Attrs& attrs = context.node.attrs;
    if (role == images)
      run_conv_transpose<T>({attrs, result.shape(), b.shape(), a.shape()}, a, b, result);
    else if (role == filters)
      run_conv_filter<T>({attrs, a.shape(), result.shape(), b.shape()}, a, b, result);
    else
      run_conv<T>({attrs, a.shape(), b.shape(), result.shape()}, a, b, result);
  });
  return {result};
}

}  // namespace tenon
