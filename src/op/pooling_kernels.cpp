#include <algorithm>
#include <limits>

#include "op/pooling.h"

namespace tenon {

Window pool_window(const Attrs& attrs) {
  Window window = window_of(attrs, attrs.ints("kernel"));
  window.ceil = attrs.flag("ceil");
  return window;
}

namespace {
Taps taps_of(const Attrs& attrs, const Tensor& image, const Tensor& result) {
  return {pool_window(attrs), spatial_shape(image), spatial_shape(result)};
}

// Calls visit(plane, place, the places' offsets) for each place of the window in each plane.
template <class Visit>
void for_each_place(const Taps& taps, const Tensor& image, Visit&& visit) {
  const std::int64_t planes = image.dim(0) * image.dim(1);
  for (std::int64_t place = 0; place < taps.places(); ++place) {
    const Ints offsets = taps.offsets(place, 0, taps.positions());
    for (std::int64_t plane = 0; plane < planes; ++plane) visit(plane, place, offsets);
  }
}

template <class T>
T lowest() {
  if constexpr (kIsFloat<T>)
    return T(-std::numeric_limits<double>::infinity());
  else
    return std::numeric_limits<T>::lowest();
}

template <class T>
void pool_maxima(const Taps& taps, const Tensor& x, const Tensor& values, const Tensor& window) {
  const T* from = x.as<T>().data();
  T* best = values.as<T>().data();
  std::vector<std::int32_t> places(static_cast<std::size_t>(values.size()), -1);
  std::fill_n(best, values.size(), lowest<T>());
  for_each_place(taps, x, [&](std::int64_t plane, std::int64_t place, const Ints& offsets) {
    for (std::size_t i = 0; i < offsets.size(); ++i) {
      if (offsets[i] == Taps::kOutside) continue;
      const auto at = static_cast<std::size_t>(plane * taps.positions()) + i;
      const T candidate = from[plane * taps.plane() + offsets[i]];
      const auto value = convert<Wide<T>>(candidate);
      const auto held = convert<Wide<T>>(best[at]);
      const bool wins = places[at] < 0 || value > held || (value != value && held == held);
      if (!wins) continue;
      best[at] = candidate;
      places[at] = static_cast<std::int32_t>(place);
    }
  });
  // A window with all its places in the padding has the lowest value, and says place 0.
  for (std::size_t i = 0; i < places.size(); ++i)
    window.set_number(static_cast<std::int64_t>(i), std::max(places[i], 0));
}

}  // namespace

std::vector<Tensor> max_pool_kernel(const KernelContext& context) {
  const Tensor& x = context.inputs[0];
  const Tensor values = Tensor::empty(x.dtype(), context.results[0].shape());
  const Tensor window = Tensor::empty(context.results[1].dtype, values.shape());
  const Taps taps = taps_of(context.node.attrs, x, values);
  with_type(x.dtype(), [&]<class T>() { pool_maxima<T>(taps, x, values, window); });
  return {values, window};
}

std::vector<Tensor> max_unpool_kernel(const KernelContext& context) {
  const Tensor& dy = context.inputs[0];
  const Ints places = integers_of(context.inputs[1]);
  const Tensor dx = Tensor::empty(dy.dtype(), context.results[0].shape());
  const Taps taps = taps_of(context.node.attrs, dx, dy);
  with_type(dy.dtype(), [&]<class T>() {
    std::vector<Sum<T>> sums(static_cast<std::size_t>(dx.size()));
    const auto from = dy.as<T>();
    for_each_place(taps, dx, [&](std::int64_t plane, std::int64_t place, const Ints& offsets) {
      for (std::size_t i = 0; i < offsets.size(); ++i) {
        const auto at = static_cast<std::size_t>(plane * taps.positions()) + i;
        if (places[at] == place && offsets[i] != Taps::kOutside)
          sums[static_cast<std::size_t>(plane * taps.plane() + offsets[i])] += convert<Sum<T>>(from[at]);
      }
    });
    std::transform(sums.begin(), sums.end(), dx.as<T>().begin(), convert<T, Sum<T>>);
  });
  return {dx};
}

namespace {
// The number of places that each position's average is over.
std::vector<double> divisors_of(const Taps& taps, const Attrs& attrs) {
  std::vector<double> divisors;
  for (const std::int64_t count : taps.counts(attrs.flag("count_pad")))
    divisors.push_back(static_cast<double>(std::max<std::int64_t>(count, 1)));
  return divisors;
}
}  // namespace

std::vector<Tensor> avg_pool_kernel(const KernelContext& context) {
  const Tensor x = context.inputs[0].cast(DType::f64);
  const Tensor y = Tensor::zeros(DType::f64, context.results[0].shape());
  const Taps taps = taps_of(context.node.attrs, x, y);
  const std::vector<double> divisors = divisors_of(taps, context.node.attrs);
  const double* from = x.as<double>().data();
  double* to = y.as<double>().data();
  for_each_place(taps, x, [&](std::int64_t plane, std::int64_t, const Ints& offsets) {
    for (std::size_t i = 0; i < offsets.size(); ++i)
      if (offsets[i] != Taps::kOutside)
        to[plane * taps.positions() + static_cast<std::int64_t>(i)] +=
            from[plane * taps.plane() + offsets[i]];
  });
  for (std::int64_t i = 0; i < y.size(); ++i)
    to[i] /= divisors[static_cast<std::size_t>(i % taps.positions())];
  return {y.cast(context.results[0].dtype)};
}

std::vector<Tensor> avg_unpool_kernel(const KernelContext& context) {
  const Tensor dy = context.inputs[0].cast(DType::f64);
  const Tensor dx = Tensor::zeros(DType::f64, context.results[0].shape());
  const Taps taps = taps_of(context.node.attrs, dx, dy);
  const std::vector<double> divisors = divisors_of(taps, context.node.attrs);
  const double* from = dy.as<double>().data();
  double* to = dx.as<double>().data();
  for_each_place(taps, dx, [&](std::int64_t plane, std::int64_t, const Ints& offsets) {
    for (std::size_t i = 0; i < offsets.size(); ++i)
      if (offsets[i] != Taps::kOutside)
        to[plane * taps.plane() + offsets[i]] +=
            from[plane * taps.positions() + static_cast<std::int64_t>(i)] / divisors[i];
  });
  return {dx.cast(context.results[0].dtype)};
}

}  // namespace tenon
