#include "pass/pieces.h"

#include <gtest/gtest.h>

#include "tenon/op.h"

namespace tenon {
namespace {

using Names = std::vector<std::vector<std::string>>;

// The pieces of all that the program updates.
Names pieces(std::string_view program, std::size_t bytes) {
  const Graph graph = parse(program);
  Names names;
  for (const auto& piece : pieces_of(graph, graph.updates(), bytes)) {
    names.emplace_back();
    for (const NamedRef& value : piece) names.back().push_back(value.name);
  }
  return names;
}

constexpr std::string_view kThree = R"(graph prepare() {
    %0 = state "u" : f32[4]
    %1 = state "v" : f32[4]
    %2 = state "w" : f32[4]
    %3 = exp(%0)
    %4 = exp(%1)
    %5 = exp(%2)
    %6 = state "a" : f32[4]
    %7 = state "b" : f32[4]
    %8 = state "c" : f32[4]
    update "a" = %3
    update "b" = %4
    update "c" = %5 })";

TEST(Pieces, AreCutBySize) {
  EXPECT_EQ(pieces(kThree, 64), (Names{{"a", "b"}, {"c"}}));
  EXPECT_EQ(pieces(kThree, 63), (Names{{"a"}, {"b"}, {"c"}}));
  EXPECT_EQ(pieces(kThree, 1000), (Names{{"a", "b", "c"}}));
}

TEST(Pieces, HoldAtLeastOneValue) { EXPECT_EQ(pieces(kThree, 0), (Names{{"a"}, {"b"}, {"c"}})); }

TEST(Pieces, KeepValuesThatShareWorkTogether) {
  EXPECT_EQ(pieces(R"(graph prepare() {
    %0 = state "v" : f32[4]
    %1 = state "w" : f32[4]
    %2 = exp(%0)
    %3 = neg(%2)
    %4 = exp(%1)
    %5 = sqrt(%2)
    %6 = state "a" : f32[4]
    %7 = state "b" : f32[4]
    %8 = state "c" : f32[4]
    update "a" = %3
    update "b" = %4
    update "c" = %5 })",
                   0),
            (Names{{"a", "c"}, {"b"}}));
}

TEST(Pieces, ThatReadTheSameWeightAreStillTwo) {
  EXPECT_EQ(pieces(R"(graph prepare() {
    %0 = state "v" : f32[4]
    %1 = exp(%0)
    %2 = neg(%0)
    %3 = state "a" : f32[4]
    %4 = state "b" : f32[4]
    update "a" = %1
    update "b" = %2 })",
                   0),
            (Names{{"a"}, {"b"}}));
}

}  // namespace
}  // namespace tenon
