#include <cstring>

#include "backend/cpu/matrix/convolution.h"
#include "backend/cpu/matrix/kernel.h"
#include "backend/cpu/matrix/split.h"

namespace tenon::matrix {

namespace {
// The same place in sixteen filters; of those that there are none, 0.
TENON_MATRIX_INLINE __m512 sixteen(const Filters& filters, std::int64_t at, __mmask16 mask) {
  const __m512i count = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i stride = _mm512_set1_epi32(static_cast<int>(filters.filter));
  const __m512i offsets = _mm512_maskz_mullo_epi32(__mmask16{0xFFFF}, count, stride);
  if (filters.number == Number::f32)
    return _mm512_mask_i32gather_ps(_mm512_setzero_ps(), mask, offsets,
                                    static_cast<const float*>(filters.numbers) + at, sizeof(float));
  alignas(64) std::int32_t places[16];
  alignas(32) std::uint16_t numbers[16] = {};
  _mm512_store_si512(places, offsets);
  for (int i = 0; i < 16; ++i)
    if (mask >> i & 1) numbers[i] = static_cast<const std::uint16_t*>(filters.numbers)[at + places[i]];
  return from_bf16(_mm256_load_si256(reinterpret_cast<const __m256i*>(numbers)));
}

// Where the `depth`-th number of a step is, from a filter's first; none behind the last.
struct Depths {
  const Plan& plan;
  const Filters& filters;

  std::int64_t place(std::int64_t step, std::int64_t depth) const {
    const Problem& problem = plan.problem;
    const std::int64_t tap = step / plan.blocks, at = step % plan.blocks * kDepth + depth;
    const std::int64_t columns = problem.across.kernel, channels = problem.x.channels;
    if (plan.folds) {
      if (at >= columns * channels) return -1;
      return tap * filters.row + at / channels * filters.column + at % channels * filters.channel;
    }
    if (at >= channels) return -1;
    return tap / columns * filters.row + tap % columns * filters.column + at * filters.channel;
  }
};

TENON_MATRIX void pack_tile(const Depths& depths, std::int64_t step, std::int64_t first, __mmask16 mask,
                            std::uint16_t* to) {
  constexpr std::int64_t kPart = 2 * kTileRows * kDepth;  // from a part to the next
  const Filters& filters = depths.filters;
  for (std::int64_t row = 0; row < kTileRows; ++row, to += kDepth) {
    __m512 numbers[2];
    for (int i = 0; i < 2; ++i) {
      const std::int64_t at = depths.place(step, 2 * row + i);
      numbers[i] = at < 0 ? _mm512_setzero_ps() : sixteen(filters, first * filters.filter + at, mask);
    }
    if (depths.plan.problem.parts == 1) {
      const __m512i even = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(numbers[1], numbers[0]));
      const __m512i low = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(even));
      const __m512i high = _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(even, 1));
      _mm512_storeu_si512(to, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
      continue;
    }
    Split parts[2];
    for (int i = 0; i < 2; ++i) {
      parts[i] = split_any(numbers[i]);
      parts[i].middle = at_least_tiny(parts[i].middle, numbers[i]);
      parts[i].low = at_least_tiny(parts[i].low, numbers[i]);
    }
    _mm512_storeu_si512(to, interleaved(parts[0].low, parts[1].low));
    _mm512_storeu_si512(to + kPart, interleaved(parts[0].middle, parts[1].middle));
    _mm512_storeu_si512(to + 2 * kPart, interleaved(parts[0].high, parts[1].high));
  }
}
}  // namespace

void pack(const Plan& plan, const Filters& filters, void* packed) {
  auto* to = static_cast<std::uint16_t*>(packed);
  const Depths depths{plan, filters};
  const std::int64_t count = plan.problem.y.channels, step_size = 2 * plan.problem.parts * kTileRows * kDepth;
  for (std::int64_t panel = 0; panel < plan.panels(); ++panel)
    for (std::int64_t step = 0; step < plan.steps(); ++step, to += step_size)
      for (std::int64_t tile = 0; tile < 2; ++tile) {
        const std::int64_t first = panel * kPanel + tile * 16;
        const std::int64_t some = std::min<std::int64_t>(16, count - first);
        std::uint16_t* const at = to + tile * kTileRows * kDepth;
        if (some > 0)
          pack_tile(depths, step, first, static_cast<__mmask16>((1u << some) - 1), at);
        else
          for (std::int64_t part = 0; part < plan.problem.parts; ++part)
            std::memset(at + part * 2 * kTileRows * kDepth, 0, kTileRows * kDepth * sizeof *at);
      }
}

}  // namespace tenon::matrix
