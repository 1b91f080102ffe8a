// The transformations of Winograd's tiles, along one axis. Those for 4 results go through the points 0, ±5/8,
// ±3/2 and infinity, which keep rounding errors smaller than ±1 and ±2 would; those for 2 through 0, ±1 and
// infinity. With the points p the three matrices follow from the polynomials Π (x - q) over the others.
#pragma once

#include "backend/cpu/blocked/lanes.h"

namespace tenon::winograd {

using namespace blocked;

template <int tile>
struct Tile;

template <>
struct Tile<4> {
  static constexpr int kSide = 6;
  static constexpr float a = 0.625f, b = 1.5f;
  static constexpr float aa = a * a, bb = b * b;

  TENON_AVX512_INLINE static void forward(const Lanes (&d)[6], Lanes (&out)[6]) {
    const Lanes even = times_plus(-bb, d[2], d[4]), odd = times_plus(-bb, d[1], d[3]);
    const Lanes even2 = times_plus(-aa, d[2], d[4]), odd2 = times_plus(-aa, d[1], d[3]);
    out[0] = times_plus(aa * bb, d[0], times_plus(-(aa + bb), d[2], d[4]));
    out[1] = times_plus(a, odd, even);
    out[2] = times_plus(-a, odd, even);
    out[3] = times_plus(b, odd2, even2);
    out[4] = times_plus(-b, odd2, even2);
    out[5] = times_plus(aa * bb, d[1], times_plus(-(aa + bb), d[3], d[5]));
  }

  TENON_AVX512_INLINE static void backward(const Lanes (&m)[6], Lanes (&out)[4]) {
    const Lanes sum = plus(m[1], m[2]), difference = minus(m[1], m[2]);
    const Lanes sum2 = plus(m[3], m[4]), difference2 = minus(m[3], m[4]);
    out[0] = plus(m[0], plus(sum, sum2));
    out[1] = times_plus(a, difference, times(b, difference2));
    out[2] = times_plus(aa, sum, times(bb, sum2));
    out[3] = times_plus(aa * a, difference, times_plus(bb * b, difference2, m[5]));
  }

  TENON_AVX512_INLINE static void filter(const Lanes (&g)[3], Lanes (&out)[6]) {
    constexpr float na = 1 / (2 * aa * (aa - bb)), nb = 1 / (2 * bb * (bb - aa));
    const Lanes even = times(na, times_plus(aa, g[2], g[0])), even2 = times(nb, times_plus(bb, g[2], g[0]));
    out[0] = times(1 / (aa * bb), g[0]);
    out[1] = times_plus(na * a, g[1], even);
    out[2] = times_plus(-na * a, g[1], even);
    out[3] = times_plus(nb * b, g[1], even2);
    out[4] = times_plus(-nb * b, g[1], even2);
    out[5] = g[2];
  }
};

template <>
struct Tile<2> {
  static constexpr int kSide = 4;

  TENON_AVX512_INLINE static void forward(const Lanes (&d)[4], Lanes (&out)[4]) {
    out[0] = minus(d[0], d[2]);
    out[1] = plus(d[1], d[2]);
    out[2] = minus(d[2], d[1]);
    out[3] = minus(d[3], d[1]);
  }

  TENON_AVX512_INLINE static void backward(const Lanes (&m)[4], Lanes (&out)[2]) {
    out[0] = plus(m[0], plus(m[1], m[2]));
    out[1] = plus(minus(m[1], m[2]), m[3]);
  }

  TENON_AVX512_INLINE static void filter(const Lanes (&g)[3], Lanes (&out)[4]) {
    const Lanes even = times(0.5f, plus(g[0], g[2]));
    out[0] = g[0];
    out[1] = times_plus(0.5f, g[1], even);
    out[2] = times_plus(-0.5f, g[1], even);
    out[3] = g[2];
  }
};

}  // namespace tenon::winograd
