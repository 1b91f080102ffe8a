// The processors that code is made for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::codegen {

// Named for what their vectors need: SSE2 (any x86-64), AVX2 with FMA and F16C, AVX-512 (F, BW, CD, DQ, VL).
enum class Simd : std::uint8_t { sse, avx2, avx512 };

struct Target {
  Simd simd = Simd::sse;
  bool operator==(const Target&) const = default;
};

std::string_view name_of(Simd simd);
std::optional<Simd> parse_simd(std::string_view name);

bool has(Simd simd);  // whether this processor can run code for it

// Lanes of a vector loop in one register, whatever the type: as many as f32 has.
constexpr int lanes_of(Simd simd) { return simd == Simd::avx512 ? 16 : simd == Simd::avx2 ? 8 : 4; }

// The best that this processor has, or what the environment's TENON_CPU says (it must have that).
Target native_target();

}  // namespace tenon::codegen
