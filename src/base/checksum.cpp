#include "base/checksum.h"

#include <algorithm>

namespace tenon {

namespace {
// The five primes of XXH64.
constexpr std::uint64_t kPrime1 = 0x9E3779B185EBCA87;
constexpr std::uint64_t kPrime2 = 0xC2B2AE3D27D4EB4F;
constexpr std::uint64_t kPrime3 = 0x165667B19E3779F9;
constexpr std::uint64_t kPrime4 = 0x85EBCA77C2B2AE63;
constexpr std::uint64_t kPrime5 = 0x27D4EB2F165667C5;

std::uint64_t mix(std::uint64_t lane, std::uint64_t input) {
  return std::rotl(lane + input * kPrime2, 31) * kPrime1;
}

std::uint64_t fold_lanes(const std::array<std::uint64_t, 4>& lanes) {
  std::uint64_t hash =
      std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
  for (const std::uint64_t lane : lanes) hash = (hash ^ mix(0, lane)) * kPrime1 + kPrime4;
  return hash;
}

std::uint64_t add_tail(std::uint64_t hash, Bytes tail) {
  for (; tail.size() >= 8; tail = tail.subspan(8))
    hash = std::rotl(hash ^ mix(0, load<std::uint64_t>(tail.data())), 27) * kPrime1 + kPrime4;
  for (; tail.size() >= 4; tail = tail.subspan(4))
    hash = std::rotl(hash ^ load<std::uint32_t>(tail.data()) * kPrime1, 23) * kPrime2 + kPrime3;
  for (const std::byte byte : tail)
    hash = std::rotl(hash ^ std::to_integer<std::uint64_t>(byte) * kPrime5, 11) * kPrime1;
  return hash;
}

std::uint64_t avalanche(std::uint64_t hash) {
  hash = (hash ^ hash >> 33) * kPrime2;
  hash = (hash ^ hash >> 29) * kPrime3;
  return hash ^ hash >> 32;
}

// Row k advances a byte that k zero bytes follow, so eight bytes are folded in with eight look-ups.
using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr CrcTables make_crc_tables() {
  CrcTables tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
    tables[0][i] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k)
    for (std::size_t i = 0; i < 256; ++i)
      tables[k][i] = tables[k - 1][i] >> 8 ^ tables[0][tables[k - 1][i] & 0xff];
  return tables;
}

constexpr CrcTables kCrc = make_crc_tables();
}  // namespace

Checksum::Checksum(std::uint64_t seed)
    : seed_(seed), lanes_{seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1} {}

void Checksum::consume_stripe(const std::byte* stripe) {
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    lanes_[i] = mix(lanes_[i], load<std::uint64_t>(stripe + 8 * i));
}

void Checksum::add(Bytes bytes) {
  if (bytes.empty()) return;
  const std::size_t waiting = total_ % kStripe;
  total_ += bytes.size();
  if (waiting) {
    const std::size_t taken = std::min(kStripe - waiting, bytes.size());
    std::memcpy(pending_.data() + waiting, bytes.data(), taken);
    bytes = bytes.subspan(taken);
    if (waiting + taken < kStripe) return;
    consume_stripe(pending_.data());
  }
  for (; bytes.size() >= kStripe; bytes = bytes.subspan(kStripe)) consume_stripe(bytes.data());
  std::copy(bytes.begin(), bytes.end(), pending_.begin());
}

std::uint64_t Checksum::value() const {
  const std::uint64_t hash = (total_ < kStripe ? seed_ + kPrime5 : fold_lanes(lanes_)) + total_;
  return avalanche(add_tail(hash, Bytes(pending_).first(total_ % kStripe)));
}

std::uint64_t checksum(Bytes bytes, std::uint64_t seed) {
  Checksum sum(seed);
  sum.add(bytes);
  return sum.value();
}

std::string hexadecimal(std::uint64_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4) text += kDigits[number >> shift & 15];
  return text;
}

std::uint32_t crc32(Bytes bytes, std::uint32_t crc) {
  crc = ~crc;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    const std::uint64_t word = load<std::uint64_t>(bytes.data()) ^ crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= kCrc[7 - k][word >> 8 * k & 0xff];
  }
  for (const std::byte byte : bytes)
    crc = crc >> 8 ^ kCrc[0][(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xff];
  return ~crc;
}

}  // namespace tenon
