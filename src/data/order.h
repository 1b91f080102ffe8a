// The order in which items are dealt: a pure function of (seed, stream), the same on every platform.
#pragma once

#include <cstdint>
#include <span>

namespace tenon {

// One seed serves several draws; each has streams of its own, far from those of the program's random ops.
inline constexpr std::uint64_t kEpochStream = 0xDA7A'0000'0000'0000;  // plus the epoch
inline constexpr std::uint64_t kSplitStream = 0xDA7B'0000'0000'0000;

// Fills `order` with a permutation of 0, 1, …, by an inside-out Fisher-Yates shuffle: item i swaps into place
// floor(r(i) * (i + 1) / 2^64), where r(i) is the (i mod 2)-th 64-bit word, low half first, of Philox4x32-10
// under the key `seed` at position floor(i / 2) of the stream. Each permutation is as likely as any other, to
// within 2^-64 of a draw.
void random_order(std::span<std::int64_t> order, std::uint64_t seed, std::uint64_t stream);

}  // namespace tenon
