#include "data/order.h"

#include "base/philox.h"

namespace tenon {

namespace {
// The high half of a product of 128 bits: `random` scaled from [0, 2^64) to [0, bound).
std::uint64_t scale(std::uint64_t random, std::uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>(static_cast<Wide>(random) * bound >> 64);
}
}  // namespace

void random_order(std::span<std::int64_t> order, std::uint64_t seed, std::uint64_t stream) {
  PhiloxWords words{};
  for (std::uint64_t i = 0; i < order.size(); ++i) {
    if (i % 2 == 0) words = philox(seed, philox_counter(i / 2, stream));
    const std::uint64_t random = words[2 * (i % 2)] | std::uint64_t{words[2 * (i % 2) + 1]} << 32;
    const std::uint64_t place = scale(random, i + 1);
    order[i] = order[place];  // itself, where it stays
    order[place] = static_cast<std::int64_t>(i);
  }
}

}  // namespace tenon
