#include "recipe/nearest.h"

#include <gtest/gtest.h>

namespace tenon::recipe {
namespace {

TEST(EditDistance, CountsInsertionsRemovalsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("epoch", "epochs"), 1u);
  EXPECT_EQ(edit_distance("adma", "adam"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(Suggestion, IsTheNearestOrAll) {
  EXPECT_EQ(suggestion("bach", {"batch", "epochs"}), "; did you mean 'batch'?");
  EXPECT_EQ(suggestion("qqqqq", {"batch", "epochs"}), "; there are [batch, epochs]");
  EXPECT_EQ(suggestion(std::string(1000, 'a'), {"batch"}), "");
}

}  // namespace
}  // namespace tenon::recipe
