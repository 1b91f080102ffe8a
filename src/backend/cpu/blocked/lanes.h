// Sixteen numbers at a time, and the functions that may use them.
#pragma once

#include <immintrin.h>

#include <cstdint>

#define TENON_AVX512 __attribute__((target("avx512f")))
#define TENON_AVX512_INLINE __attribute__((target("avx512f"), always_inline)) inline

namespace tenon::blocked {

using Lanes = __m512;

TENON_AVX512_INLINE Lanes load(const float* from) { return _mm512_loadu_ps(from); }
TENON_AVX512_INLINE void store(float* to, Lanes value) { _mm512_storeu_ps(to, value); }
TENON_AVX512_INLINE Lanes zero() { return _mm512_setzero_ps(); }
TENON_AVX512_INLINE void prefetch(const float* at) {
  _mm_prefetch(reinterpret_cast<const char*>(at), _MM_HINT_T1);
}
TENON_AVX512_INLINE Lanes repeat(float number) { return _mm512_set1_ps(number); }
TENON_AVX512_INLINE Lanes plus(Lanes a, Lanes b) { return _mm512_add_ps(a, b); }
TENON_AVX512_INLINE Lanes minus(Lanes a, Lanes b) { return _mm512_sub_ps(a, b); }
TENON_AVX512_INLINE Lanes times(float a, Lanes b) { return _mm512_mul_ps(repeat(a), b); }
TENON_AVX512_INLINE Lanes times_plus(Lanes a, Lanes b, Lanes c) { return _mm512_fmadd_ps(a, b, c); }
TENON_AVX512_INLINE Lanes times_plus(float a, Lanes b, Lanes c) { return times_plus(repeat(a), b, c); }

// Sixteen numbers that lie `stride` apart.
struct Column {
  const float* first;
  std::int64_t stride;
};

// From each, the number `at` places on.
TENON_AVX512_INLINE Lanes gather(const Column& column, std::int64_t at) {
  const __m512i count = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i stride = _mm512_set1_epi32(static_cast<int>(column.stride));
  const __m512i offsets = _mm512_maskz_mullo_epi32(__mmask16{0xFFFF}, count, stride);
  return _mm512_mask_i32gather_ps(zero(), __mmask16{0xFFFF}, offsets, column.first + at, sizeof(float));
}

// Of NaN and a number either is the second. (The masks name all lanes: g++ 12 warns of those without.)
TENON_AVX512_INLINE Lanes larger(Lanes a, Lanes b) { return _mm512_maskz_max_ps(__mmask16{0xFFFF}, a, b); }
TENON_AVX512_INLINE Lanes smaller(Lanes a, Lanes b) { return _mm512_maskz_min_ps(__mmask16{0xFFFF}, a, b); }

// Sixteen numbers of bf16.
TENON_AVX512_INLINE Lanes load_bf16(const std::uint16_t* from) {
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  const __m512i wide = _mm512_maskz_cvtepu16_epi32(__mmask16{0xFFFF}, bits);
  return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(__mmask16{0xFFFF}, wide, 16));
}

// Rounded to the nearest, ties to even; NaN stays NaN.
TENON_AVX512_INLINE void store_bf16(std::uint16_t* to, Lanes value) {
  constexpr __mmask16 kAll = 0xFFFF;
  const __m512i bits = _mm512_castps_si512(value);
  const __m512i is_odd = _mm512_and_si512(_mm512_maskz_srli_epi32(kAll, bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(is_odd, _mm512_set1_epi32(0x7FFF)));
  const __m512i quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x00400000));
  const __mmask16 is_nan = _mm512_cmp_ps_mask(value, value, _CMP_UNORD_Q);
  const __m512i result = _mm512_maskz_srli_epi32(kAll, _mm512_mask_mov_epi32(rounded, is_nan, quiet), 16);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm512_maskz_cvtepi32_epi16(kAll, result));
}

}  // namespace tenon::blocked
