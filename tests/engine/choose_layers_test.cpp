#include "engine/choose_layers.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace tenon::engine {
namespace {

using Choice = std::vector<bool>;

// Errors add up.
std::function<double(const Choice&)> sum_of(std::vector<double> errors) {
  return [errors = std::move(errors)](const Choice& taken) {
    double sum = 0;
    for (std::size_t i = 0; i < errors.size(); ++i) sum += taken[i] ? errors[i] : 0;
    return sum;
  };
}

TEST(ChooseLayers, TakesAllThatGainWhereNothingForbidsIt) {
  EXPECT_EQ(choose_layers({{5, 0.1}, {0, 0.1}, {-1, 0}, {1, 0.2}}, 1, sum_of({0.1, 0.1, 0, 0.2})),
            (Choice{true, false, false, true}));
}

TEST(ChooseLayers, TakesTheBestGainForTheErrorFirst) {
  EXPECT_EQ(choose_layers({{10, 0.5}, {9, 0.3}, {8, 0.2}}, 0.5, sum_of({0.5, 0.3, 0.2})),
            (Choice{false, true, true}));
}

TEST(ChooseLayers, LeavesOutWhatLosesTooMuchAndGoesOn) {
  EXPECT_EQ(choose_layers({{1000, 3}, {1, 0.1}, {2, 0.1}}, 0.5, sum_of({3, 0.1, 0.1})),
            (Choice{false, true, true}));
}

TEST(ChooseLayers, TakesFirstWhatCostsNothing) {
  EXPECT_EQ(choose_layers({{5, 0.4}, {0.1, 0}}, 0.3, sum_of({0.4, 0})), (Choice{false, true}));
}

TEST(ChooseLayers, MeasuresWhatAllLoseTogether) {
  const auto doubled = [](const Choice& taken) { return taken[0] && taken[1] ? 1.0 : 0.1; };
  EXPECT_EQ(choose_layers({{1, 0.1}, {2, 0.1}}, 0.5, doubled), (Choice{false, true}));
}

TEST(ChooseLayers, TakesNothingThatMakesNoNumber) {
  EXPECT_EQ(choose_layers({{1, 0}}, 0.5, [](const Choice&) { return std::nan(""); }), Choice{false});
}

TEST(ChooseLayers, MeasuresNothingWhereNothingGains) {
  EXPECT_EQ(choose_layers({{0, 0.1}}, 1, [](const Choice&) -> double { throw std::logic_error("measured"); }),
            Choice{false});
}

}  // namespace
}  // namespace tenon::engine
