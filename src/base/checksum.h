// Checksums that tell a damaged file from a whole one. Neither is a defence against an enemy.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"

namespace tenon {

// XXH64: 64 bits, several bytes a cycle. What our own files are checked with.
class Checksum {
 public:
  explicit Checksum(std::uint64_t seed = 0);
  void add(Bytes bytes);
  std::uint64_t value() const;

 private:
  void consume_stripe(const std::byte* stripe);

  static constexpr std::size_t kStripe = 32;
  std::uint64_t seed_;
  std::array<std::uint64_t, 4> lanes_;
  std::uint64_t total_ = 0;
  std::array<std::byte, kStripe> pending_{};  // the first total_ % kStripe bytes are waiting for the rest
};

std::uint64_t checksum(Bytes bytes, std::uint64_t seed = 0);
std::string hexadecimal(std::uint64_t number);  // 16 digits, to name what has a checksum

// CRC-32 as ZIP has it. Goes on from `crc`, the value for the bytes before these.
std::uint32_t crc32(Bytes bytes, std::uint32_t crc = 0);

}  // namespace tenon
