#include "base/philox.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

// The vectors published with the algorithm, for 4 words of 32 bits and 10 rounds.
TEST(Philox, MatchesThePublishedVectors) {
  EXPECT_EQ(philox(0, {0, 0, 0, 0}), (PhiloxWords{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox(~0ull, {~0u, ~0u, ~0u, ~0u}),
            (PhiloxWords{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox(0x299f31d0'a4093822, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}),
            (PhiloxWords{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, CounterIsPositionThenStreamLowWordFirst) {
  EXPECT_EQ(philox_counter(0x1'00000002, 0x3'00000004), (PhiloxCounter{2, 1, 4, 3}));
}

}  // namespace
}  // namespace tenon
