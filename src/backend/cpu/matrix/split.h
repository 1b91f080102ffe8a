// Numbers of f32 as sums of three of bf16.
#pragma once

#include "backend/cpu/matrix/unit.h"

namespace tenon::matrix {

struct Split {
  __m512i high, middle, low;  // sixteen numbers; each part in the upper half of its lane
};

TENON_MATRIX_INLINE __m512i upper_half(__m512 numbers) {
  return _mm512_and_si512(_mm512_castps_si512(numbers), _mm512_set1_epi32(static_cast<int>(0xFFFF0000)));
}

TENON_MATRIX_INLINE __mmask16 not_finite(__m512 numbers) {
  constexpr int kNanOrInfinite = 0x99;
  return _mm512_fpclass_ps_mask(numbers, kNanOrInfinite);
}

TENON_MATRIX_INLINE Split split(__m512 numbers) {
  const __m512i high = upper_half(numbers);
  const __m512 rest = _mm512_sub_ps(numbers, _mm512_castsi512_ps(high));
  const __m512i middle = upper_half(rest);
  return {high, middle, _mm512_castps_si512(_mm512_sub_ps(rest, _mm512_castsi512_ps(middle)))};
}

// The same where some are infinite or NaN: these are their first part alone, and NaN stays NaN.
TENON_MATRIX_INLINE Split split_any(__m512 numbers) {
  Split parts = split(numbers);
  const __mmask16 special = not_finite(numbers);
  const __mmask16 nan = _mm512_cmp_ps_mask(numbers, numbers, _CMP_UNORD_Q);
  parts.high = _mm512_mask_or_epi32(parts.high, nan, parts.high, _mm512_set1_epi32(0x00400000));
  parts.middle = _mm512_mask_mov_epi32(parts.middle, special, _mm512_setzero_si512());
  parts.low = _mm512_mask_mov_epi32(parts.low, special, _mm512_setzero_si512());
  return parts;
}

// The parts of a filter's numbers are not 0 where the number is not: then an infinite number times it is
// infinite, as in f32. What that adds is below the least number of f32.
TENON_MATRIX_INLINE __m512i at_least_tiny(__m512i part, __m512 number) {
  const __m512 tiny = _mm512_castsi512_ps(_mm512_set1_epi32(0x00800000));
  const __m512i sign = _mm512_and_si512(_mm512_castps_si512(number), _mm512_set1_epi32(INT32_MIN));
  const __mmask16 is_small = _mm512_cmp_ps_mask(_mm512_abs_ps(_mm512_castsi512_ps(part)), tiny, _CMP_LT_OQ);
  const __mmask16 is_some = _mm512_cmp_ps_mask(number, _mm512_setzero_ps(), _CMP_NEQ_UQ);
  return _mm512_mask_or_epi32(part, is_small & is_some, sign, _mm512_castps_si512(tiny));
}

// Two times sixteen numbers one behind the other, of each the upper half.
TENON_MATRIX_INLINE __m512i halves(__m512i first, __m512i second) {
  alignas(64) static constexpr std::int16_t kUpper[32] = {1,  3,  5,  7,  9,  11, 13, 15, 17, 19, 21,
                                                          23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43,
                                                          45, 47, 49, 51, 53, 55, 57, 59, 61, 63};
  return _mm512_permutex2var_epi16(first, _mm512_load_si512(kUpper), second);
}

// The upper halves of two times sixteen numbers, in turns.
TENON_MATRIX_INLINE __m512i interleaved(__m512i first, __m512i second) {
  const __m512i upper = _mm512_set1_epi32(static_cast<int>(0xFFFF0000));
  return _mm512_or_si512(_mm512_srli_epi32(first, 16), _mm512_and_si512(second, upper));
}

TENON_MATRIX_INLINE __m512i to_bf16(__m512 first, __m512 second) {
  return reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(second, first));
}

// (Masks name all lanes: g++ 12 warns of the intrinsics without.)
inline constexpr __mmask16 kAll = 0xFFFF;

// Sixteen bf16 numbers of a half register, as f32.
TENON_MATRIX_INLINE __m512 from_bf16(__m256i numbers) {
  return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(kAll, _mm512_maskz_cvtepu16_epi32(kAll, numbers), 16));
}

}  // namespace tenon::matrix
