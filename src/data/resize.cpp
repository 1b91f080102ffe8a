// Resizing in two passes, along the rows and then along the columns. Along an axis each new element is a sum
// over a few old ones around its centre; the weights are the same for all rows, or columns.
#include <algorithm>
#include <cmath>

#include "tenon/pictures.h"

namespace tenon {

namespace {
// The part of an axis that becomes the new one, in old elements.
struct Window {
  double begin;
  double length;
};

// For new element i: `count[i]` old ones from first[i] on, their weights from i * most on.
struct Taps {
  std::vector<std::int64_t> first;
  std::vector<std::int64_t> count;
  std::vector<float> weights;
  std::size_t most;
};

double reach_of(Sampling sampling) { return sampling == Sampling::bicubic ? 2 : 1; }

double weight_at(Sampling sampling, double distance) {
  const double x = std::abs(distance);
  if (sampling == Sampling::bilinear) return std::max(0.0, 1 - x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

Taps nearest_taps(std::int64_t from, std::int64_t to, Window window) {
  Taps taps{{}, {}, std::vector<float>(static_cast<std::size_t>(to), 1), 1};
  for (std::int64_t i = 0; i < to; ++i) {
    const double centre =
        window.begin + (static_cast<double>(i) + 0.5) * window.length / static_cast<double>(to);
    taps.first.push_back(std::clamp<std::int64_t>(static_cast<std::int64_t>(centre), 0, from - 1));
    taps.count.push_back(1);
  }
  return taps;
}

// Where the picture is made smaller the kernel is as much wider, so that every old element counts.
Taps taps_for(Sampling sampling, std::int64_t from, std::int64_t to, Window window) {
  if (sampling == Sampling::nearest) return nearest_taps(from, to, window);
  const double scale = window.length / static_cast<double>(to);
  const double widening = std::max(scale, 1.0);
  const double reach = reach_of(sampling) * widening;
  Taps taps{{}, {}, {}, static_cast<std::size_t>(std::ceil(reach)) * 2 + 1};
  taps.weights.resize(static_cast<std::size_t>(to) * taps.most);
  for (std::int64_t i = 0; i < to; ++i) {
    const double centre = window.begin + (static_cast<double>(i) + 0.5) * scale;
    const std::int64_t first = std::max<std::int64_t>(0, std::llround(std::floor(centre - reach + 0.5)));
    const std::int64_t end = std::min<std::int64_t>(from, std::llround(std::floor(centre + reach + 0.5)));
    float* const weights = taps.weights.data() + static_cast<std::size_t>(i) * taps.most;
    double sum = 0;
    for (std::int64_t at = first; at < end; ++at)
      sum += weight_at(sampling, (static_cast<double>(at) + 0.5 - centre) / widening);
    for (std::int64_t at = first; at < end; ++at)
      weights[at - first] =
          static_cast<float>(weight_at(sampling, (static_cast<double>(at) + 0.5 - centre) / widening) / sum);
    taps.first.push_back(first);
    taps.count.push_back(end - first);
  }
  return taps;
}

// from[outer, n, inner] to[outer, m, inner], along the middle axis.
template <class From, class Store>
void apply(const Taps& taps, const From* from, std::int64_t n, std::int64_t inner, std::int64_t outer,
           const Store& store) {
  const auto m = static_cast<std::int64_t>(taps.first.size());
  std::vector<float> sums(static_cast<std::size_t>(inner));
  for (std::int64_t o = 0; o < outer; ++o)
    for (std::int64_t i = 0; i < m; ++i) {
      const auto place = static_cast<std::size_t>(i);
      const float* const weights = taps.weights.data() + place * taps.most;
      std::ranges::fill(sums, 0.0f);
      for (std::int64_t t = 0; t < taps.count[place]; ++t) {
        const From* const row = from + (o * n + taps.first[place] + t) * inner;
        for (std::int64_t k = 0; k < inner; ++k)
          sums[static_cast<std::size_t>(k)] += weights[t] * static_cast<float>(row[k]);
      }
      store((o * m + i) * inner, sums);
    }
}

// What is kept of an axis of `size` when the sides' ratio becomes another: at most `share` of it.
Window middle(std::int64_t size, double share, double crop) {
  const double length = static_cast<double>(size) * std::min(share, 1.0) * crop;
  return {(static_cast<double>(size) - length) / 2, length};
}

void check(const Tensor& picture, const Resizing& how) {
  require(picture.dtype() == DType::u8 && picture.rank() == 3 && picture.size() > 0,
          "a picture is u8[height, width, channels], not ", picture.dtype(), picture.shape());
  constexpr std::int64_t kMost = 1 << 15;  // a side
  require(how.height >= 1 && how.width >= 1 && how.height <= kMost && how.width <= kMost,
          "a picture cannot be made ", how.width, " x ", how.height, " pixels: a side is 1 to ", kMost);
  require(how.crop > 0 && how.crop <= 1, "the share of a picture to crop to is above 0 and at most 1, not ",
          how.crop);
}
}  // namespace

Tensor resize(const Tensor& picture, const Resizing& how) {
  if (how.height == 0 && how.width == 0) return picture;
  check(picture, how);
  const std::int64_t height = picture.dim(0);
  const std::int64_t width = picture.dim(1);
  const std::int64_t channels = picture.dim(2);
  // How much wider the new picture is than the old one, each seen as width beside height.
  const double wider = static_cast<double>(how.width) * static_cast<double>(height) /
                       (static_cast<double>(how.height) * static_cast<double>(width));
  const bool crops = how.fit == Fit::crop;
  const Taps across = taps_for(how.sampling, width, how.width, middle(width, crops ? wider : 1, how.crop));
  const Taps down =
      taps_for(how.sampling, height, how.height, middle(height, crops ? 1 / wider : 1, how.crop));

  const std::int64_t top = down.first.front();
  const std::int64_t bottom = down.first.back() + down.count.back();
  std::vector<float> rows(static_cast<std::size_t>(element_count(Shape{bottom - top, how.width, channels})));
  apply(across, picture.as<std::uint8_t>().data() + top * width * channels, width, channels, bottom - top,
        [&](std::int64_t at, const std::vector<float>& sums) { std::ranges::copy(sums, rows.begin() + at); });

  Taps shifted = down;
  for (std::int64_t& first : shifted.first) first -= top;
  Tensor resized = Tensor::empty(DType::u8, {how.height, how.width, channels});
  std::uint8_t* const out = resized.as<std::uint8_t>().data();
  apply(shifted, rows.data(), bottom - top, how.width * channels, 1,
        [&](std::int64_t at, const std::vector<float>& sums) {
          std::ranges::transform(sums, out + at, [](float sum) {
            return static_cast<std::uint8_t>(std::lround(std::clamp(sum, 0.0f, 255.0f)));
          });
        });
  return resized;
}

}  // namespace tenon
