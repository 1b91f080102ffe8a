#include "backend/cpu/matrix/finish.h"

#include <algorithm>

#include "backend/cpu/matrix/kernel.h"
#include "backend/cpu/matrix/split.h"

namespace tenon::matrix {

namespace {
template <Number number>
TENON_MATRIX_INLINE __m512 load(const void* from, std::int64_t at, __mmask16 mask) {
  if constexpr (number == Number::f32)
    return _mm512_maskz_loadu_ps(mask, static_cast<const float*>(from) + at);
  else
    return from_bf16(_mm256_maskz_loadu_epi16(mask, static_cast<const std::uint16_t*>(from) + at));
}

template <Number number>
TENON_MATRIX_INLINE void store(void* to, std::int64_t at, __mmask16 mask, __m512 value) {
  if constexpr (number == Number::f32)
    _mm512_mask_storeu_ps(static_cast<float*>(to) + at, mask, value);
  else
    _mm256_mask_storeu_epi16(static_cast<std::uint16_t*>(to) + at, mask,
                             reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(value)));
}

// Sixteen filters: where their results begin, and what is done to them.
struct Lane {
  std::int64_t to;
  __mmask16 mask;
  __m512 bias;
};

template <Number y_number, Number added_number>
TENON_MATRIX void finish_filters(const Problem& problem, const float* sums, const Window& window,
                                 const Lane& lane, const Epilogue& epilogue, void* y) {
  const __m512 low = _mm512_set1_ps(epilogue.low), high = _mm512_set1_ps(epilogue.high);
  const std::int64_t width = problem.y.width, block = problem.y.block;
  std::int64_t row = window.first_row + window.first_place / window.row_places;
  std::int64_t column = window.first_place % window.row_places;
  for (std::int64_t i = 0; i < window.count; ++i) {
    if (column < width) {
      const std::int64_t to = lane.to + (row * width + column) * block;
      __m512 value = _mm512_add_ps(_mm512_loadu_ps(sums + i * kPanel), lane.bias);
      if (epilogue.added) value = _mm512_add_ps(value, load<added_number>(epilogue.added, to, lane.mask));
      // Of NaN and a number these give the second.
      value = _mm512_maskz_max_ps(__mmask16{0xFFFF}, low, value);
      value = _mm512_maskz_min_ps(__mmask16{0xFFFF}, high, value);
      store<y_number>(y, to, lane.mask, value);
    }
    if (++column == window.row_places) ++row, column = 0;
  }
}

using Finisher = void (*)(const Problem&, const float*, const Window&, const Lane&, const Epilogue&, void*);
constexpr Finisher kFinishers[2][2] = {
    {finish_filters<Number::f32, Number::f32>, finish_filters<Number::f32, Number::bf16>},
    {finish_filters<Number::bf16, Number::f32>, finish_filters<Number::bf16, Number::bf16>}};
}  // namespace

TENON_MATRIX void finish(const Problem& problem, const float* sums, const Window& window,
                         std::int64_t first_filter, const Epilogue& epilogue, void* y) {
  const Finisher finisher =
      kFinishers[problem.y.number == Number::bf16][epilogue.added_number == Number::bf16];
  const std::int64_t block = problem.y.block;
  for (std::int64_t lanes = 0; lanes < kPanel && first_filter + lanes < problem.y.channels; lanes += 16) {
    const std::int64_t filter = first_filter + lanes;
    const auto some = static_cast<unsigned>(std::min<std::int64_t>(16, problem.y.channels - filter));
    const auto mask = static_cast<__mmask16>((1u << some) - 1);
    const __m512 bias =
        epilogue.bias ? _mm512_maskz_loadu_ps(mask, epilogue.bias + filter) : _mm512_setzero_ps();
    const std::int64_t to = filter / block * block * problem.y.pixels() + filter % block;
    finisher(problem, sums + lanes, window, {to, mask, bias}, epilogue, y);
  }
}

}  // namespace tenon::matrix
