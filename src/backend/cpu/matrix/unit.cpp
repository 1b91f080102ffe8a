#include "backend/cpu/matrix/unit.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "backend/cpu/matrix/convolution.h"

namespace tenon::matrix {

namespace {
constexpr unsigned kAmxBf16 = 1u << 22, kAmxTile = 1u << 24;  // of leaf 7, edx
constexpr unsigned kAvx512Bf16 = 1u << 5;                     // of leaf 7, 1, eax
constexpr unsigned kOsXsave = 1u << 27;                       // of leaf 1, ecx
constexpr unsigned long long kTileState = 3ull << 17;         // of the states that the system keeps
constexpr int kAskForState = 0x1023;                          // ARCH_REQ_XCOMP_PERM
constexpr int kTileData = 18;

bool processor_has_it() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & kAmxBf16) || !(d & kAmxTile)) return false;
  if (!__get_cpuid_count(7, 1, &a, &b, &c, &d) || !(a & kAvx512Bf16)) return false;
  const bool has_vectors = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return has_vectors && __get_cpuid(1, &a, &b, &c, &d) && (c & kOsXsave);
}

bool system_keeps_tiles() {
  unsigned low = 0, high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  const unsigned long long states = static_cast<unsigned long long>(high) << 32 | low;
  return (states & kTileState) == kTileState;
}

struct alignas(64) Configuration {
  std::uint8_t palette = 1, start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

TENON_MATRIX void load(const Configuration& configuration) {
  asm volatile("" : : "r"(&configuration) : "memory");  // the intrinsic does not say that it reads all of it
  _tile_loadconfig(&configuration);
}
TENON_MATRIX void release() { _tile_release(); }
}  // namespace

bool available() {
  static const bool kAvailable = !std::getenv("TENON_CPU") && processor_has_it() && system_keeps_tiles() &&
                                 syscall(SYS_arch_prctl, kAskForState, kTileData) == 0;
  return kAvailable;
}

Tiles::Tiles(std::int64_t rows) { resize(rows); }

Tiles::~Tiles() { release(); }

void Tiles::resize(std::int64_t rows) {
  if (rows == rows_) return;
  rows_ = rows;
  const auto upper = static_cast<std::uint8_t>(std::min(rows, kTileRows));
  const auto lower = static_cast<std::uint8_t>(std::max<std::int64_t>(1, rows - kTileRows));
  const std::uint8_t tile_rows[] = {upper, upper, lower, lower, upper, lower, 16, 16};
  Configuration configuration;
  for (std::size_t i = 0; i < std::size(tile_rows); ++i) {
    configuration.row_bytes[i] = 64;
    configuration.rows[i] = tile_rows[i];
  }
  load(configuration);
}

}  // namespace tenon::matrix
