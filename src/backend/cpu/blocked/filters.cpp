#include "backend/cpu/blocked/filters.h"

#include "backend/cpu/blocked/tiles.h"

namespace tenon::winograd {

namespace {
constexpr std::int64_t kMostPoints = 36;

template <int tile>
TENON_AVX512 void transform(const Column& numbers, float* points) {
  constexpr int kSide = Tile<tile>::kSide;
  Lanes rows[3][kSide];
  for (int i = 0; i < 3; ++i) {
    const Lanes g[3] = {gather(numbers, std::int64_t{3} * i), gather(numbers, std::int64_t{3} * i + 1),
                        gather(numbers, std::int64_t{3} * i + 2)};
    Tile<tile>::filter(g, rows[i]);
  }
  for (int j = 0; j < kSide; ++j) {
    const Lanes g[3] = {rows[0][j], rows[1][j], rows[2][j]};
    Lanes out[kSide];
    Tile<tile>::filter(g, out);
    for (int i = 0; i < kSide; ++i) store(points + (i * kSide + j) * kBlock, out[i]);
  }
}

TENON_AVX512 void pack_vectors(const Filters& filters, const Way& way, float* packed) {
  const std::int64_t width = panel_width(filters.count), channels = filters.channels;
  alignas(64) float points[kMostPoints * kBlock];
  for (std::int64_t panel = 0; panel < filters.count; panel += width)
    for (std::int64_t channel = 0; channel < channels; ++channel)
      for (std::int64_t filter = 0; filter < width; filter += kBlock) {
        transform_filters(filters, panel + filter, channel, way.tile, points);
        float* const to = packed + panel * channels + channel * width + filter;
        for (std::int64_t point = 0; point < way.points(); ++point)
          store(to + point * filters.count * channels, load(points + point * kBlock));
      }
}
}  // namespace

void transform_filters(const Filters& filters, std::int64_t filter, std::int64_t channel, std::int64_t tile,
                       float* points) {
  const Column column{filters.numbers + (filter * filters.channels + channel) * 9, filters.channels * 9};
  (tile == 4 ? transform<4> : transform<2>)(column, points);
}

std::size_t packed_bytes(std::int64_t filters, std::int64_t channels, const Way& way) {
  return static_cast<std::size_t>(way.points() * filters * channels * way.number_bytes());
}

void pack(const Filters& filters, const Way& way, void* packed) {
  if (way.unit == Unit::matrix) return pack_split(filters, way, packed);
  pack_vectors(filters, way, static_cast<float*>(packed));
}

}  // namespace tenon::winograd
