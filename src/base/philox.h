// Counter-based random numbers: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy
// as 1, 2, 3", 2011). The n-th number is a pure function of (key, counter): no state to save, the same bits
// on every processor, in any order, on any number of threads.
#pragma once

#include <array>
#include <cstdint>

namespace tenon {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxWords = std::array<std::uint32_t, 4>;

namespace detail {
constexpr std::uint32_t high_word(std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32); }
constexpr std::uint32_t low_word(std::uint64_t x) { return static_cast<std::uint32_t>(x); }

constexpr PhiloxWords philox_round(const PhiloxWords& x, std::uint32_t key0, std::uint32_t key1) {
  const std::uint64_t product0 = std::uint64_t{0xD2511F53} * x[0];
  const std::uint64_t product1 = std::uint64_t{0xCD9E8D57} * x[2];
  return {high_word(product1) ^ x[1] ^ key0, low_word(product1), high_word(product0) ^ x[3] ^ key1,
          low_word(product0)};
}
}  // namespace detail

// Four random words for one counter; the key is the seed, low word first.
constexpr PhiloxWords philox(std::uint64_t seed, const PhiloxCounter& counter) {
  std::uint32_t key0 = detail::low_word(seed);
  std::uint32_t key1 = detail::high_word(seed);
  PhiloxWords words = counter;
  for (int round = 0; round < 10; ++round) {
    words = detail::philox_round(words, key0, key1);
    key0 +=
        0x9E3779B9;  // the golden ratio and sqrt(3) - 1: Weyl sequences, so that no two rounds share a key
    key1 += 0xBB67AE85;
  }
  return words;
}

// A counter made of a position in a stream (low half) and the stream's own number (high half).
constexpr PhiloxCounter philox_counter(std::uint64_t position, std::uint64_t stream) {
  return {detail::low_word(position), detail::high_word(position), detail::low_word(stream),
          detail::high_word(stream)};
}

}  // namespace tenon
