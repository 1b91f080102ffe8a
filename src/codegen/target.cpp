#include "codegen/target.h"

#include <array>
#include <cstdlib>

#include "tenon/error.h"

namespace tenon::codegen {

namespace {
constexpr std::array<std::string_view, 3> kNames = {"sse", "avx2", "avx512"};

}  // namespace

bool has(Simd simd) {
#if defined(__x86_64__)
  switch (simd) {
    case Simd::sse:
      return true;
    case Simd::avx2:
      return __builtin_cpu_supports("x86-64-v3");
    case Simd::avx512:
      return __builtin_cpu_supports("x86-64-v4");
  }
#endif
  return simd == Simd::sse;
}
std::string_view name_of(Simd simd) { return kNames[static_cast<std::size_t>(simd)]; }

std::optional<Simd> parse_simd(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Simd>(i);
  return std::nullopt;
}

Target native_target() {
  if (const char* const forced = std::getenv("TENON_CPU")) {
    const std::optional<Simd> simd = parse_simd(forced);
    require(simd.has_value(), "TENON_CPU is '", forced, "': it must be one of ", kNames);
    require(has(*simd), "TENON_CPU is '", forced, "', which this processor does not have");
    return {*simd};
  }
  for (const Simd simd : {Simd::avx512, Simd::avx2})
    if (has(simd)) return {simd};
  return {};
}

}  // namespace tenon::codegen
