#include "backend/cpu/blocked/tiles.h"
#include "backend/cpu/blocked/winograd.h"

namespace tenon::winograd {

namespace {
template <int tile>
TENON_AVX512 void transform(const Column& numbers, float* to, std::int64_t point_stride) {
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
    for (int i = 0; i < kSide; ++i) store(to + (i * kSide + j) * point_stride, out[i]);
  }
}

template <int tile>
void pack_tiles(const float* filters, std::int64_t count, std::int64_t channels, float* packed) {
  const std::int64_t width = panel_width(count);
  for (std::int64_t panel = 0; panel < count; panel += width)
    for (std::int64_t channel = 0; channel < channels; ++channel)
      for (std::int64_t filter = 0; filter < width; filter += kBlock)
        transform<tile>({filters + ((panel + filter) * channels + channel) * 9, channels * 9},
                        packed + (panel * channels + channel * width + filter), count * channels);
}
}  // namespace

std::size_t packed_bytes(std::int64_t filters, std::int64_t channels, std::int64_t tile) {
  return static_cast<std::size_t>((tile + 2) * (tile + 2) * filters * channels) * sizeof(float);
}

void pack(const float* filters, std::int64_t count, std::int64_t channels, std::int64_t tile, float* packed) {
  if (tile == 4)
    pack_tiles<4>(filters, count, channels, packed);
  else
    pack_tiles<2>(filters, count, channels, packed);
}

}  // namespace tenon::winograd
