// The processor's matrix unit (AMX): tiles of 16 rows of 64 bytes, multiplied and summed by one instruction.
// Debian's oneDNN does not find it where the processor's leaf 1Dh is hidden, as virtual machines do; the unit
// itself is there.
#pragma once

// g++ 12 warns of the intrinsics that leave lanes undefined in between.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>
#pragma GCC diagnostic pop

#include <cstdint>

#define TENON_MATRIX \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-bf16")))
#define TENON_MATRIX_INLINE                                                                 \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-bf16"), \
                 always_inline)) inline

namespace tenon::matrix {

// While one lives, its thread has tiles: sums in 0 to 3, two rows of two; the left side in 4 and 5, the right
// one in 6 and 7.
class Tiles {
 public:
  explicit Tiles(std::int64_t rows);  // of the left side: 1 to 32
  ~Tiles();
  Tiles(const Tiles&) = delete;
  Tiles& operator=(const Tiles&) = delete;
  void resize(std::int64_t rows);

 private:
  std::int64_t rows_ = 0;
};

}  // namespace tenon::matrix
