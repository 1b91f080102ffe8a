#include "data/order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

namespace tenon {
namespace {

std::vector<std::int64_t> order_of(std::size_t size, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<std::int64_t> order(size);
  random_order(order, seed, kEpochStream + epoch);
  return order;
}

// From a second implementation, written from the description alone.
TEST(Order, IsTheOneDescribed) {
  using Items = std::vector<std::int64_t>;
  EXPECT_EQ(order_of(10, 1, 0), (Items{9, 2, 8, 1, 7, 3, 4, 6, 5, 0}));
  EXPECT_EQ(order_of(10, 1, 1), (Items{0, 3, 1, 8, 6, 9, 4, 2, 7, 5}));
  EXPECT_EQ(order_of(10, 2, 0), (Items{4, 1, 5, 8, 9, 3, 6, 0, 7, 2}));
}

TEST(Order, HoldsEachItemOnce) {
  for (const std::size_t size : {0, 1, 2, 3, 1000}) {
    std::vector<std::int64_t> order = order_of(size, 7, 3);
    std::vector<std::int64_t> all(size);
    std::iota(all.begin(), all.end(), 0);
    std::ranges::sort(order);
    EXPECT_EQ(order, all);
  }
}

TEST(Order, EachPermutationIsAsLikelyAsAnyOther) {
  constexpr int kEach = 1000;
  std::map<std::vector<std::int64_t>, int> seen;
  for (std::uint64_t epoch = 0; epoch < 24 * kEach; ++epoch) ++seen[order_of(4, 5, epoch)];
  ASSERT_EQ(seen.size(), 24u);
  double chi_squared = 0;
  for (const auto& [order, count] : seen) chi_squared += (count - kEach) * (count - kEach) / double{kEach};
  EXPECT_LT(chi_squared, 49.7);  // 23 degrees of freedom: a fair shuffle stays below it 999 times in 1000
}

}  // namespace
}  // namespace tenon
