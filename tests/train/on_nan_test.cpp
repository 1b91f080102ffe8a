// Steps that are not finite, on every backend of this build.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backend/backend.h"
#include "support/message_of.h"
#include "train/problem.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using testing::same_tensors;
using testing::sectors;

class NotFinite : public ::testing::TestWithParam<std::string> {
 protected:
  static Trainer trainer(OnNan on_nan = OnNan::stop) {
    return testing::small_trainer({.backend = GetParam(), .on_nan = on_nan});
  }
};

// Of four batches of 16 items the third is bad.
Dataset with_a_nan() {
  const Dataset data = sectors(64);
  const Tensor x = data.column("x").clone();
  constexpr std::int64_t kBadItem = 40;
  x.set_number(2 * kBadItem, std::nan(""));
  return Dataset({{"x", x}, {"y", data.column("y")}});
}

FitOptions in_order(std::int64_t epochs) {
  FitOptions options{.epochs = epochs, .batch = 16, .progress = Progress::quiet};
  options.shuffle = false;
  return options;
}

TEST_P(NotFinite, StopNamesTheStepAndTheNode) {
  Trainer stopped = trainer();
  EXPECT_THAT(message_of([&] { stopped.fit(with_a_nan(), in_order(2)); }),
              HasSubstr("step 3, in epoch 1, is not finite: the first such number comes from input 'x'"));
}

TEST_P(NotFinite, StopCountsTheStepsOfAllEpochs) {
  Trainer stopped = trainer();
  stopped.fit(sectors(64), in_order(1));
  EXPECT_THAT(message_of([&] { stopped.fit(with_a_nan(), in_order(1)); }),
              HasSubstr("step 7, in epoch 2, is not finite: the first such number comes from input 'x'"));
}

TEST_P(NotFinite, StopLeavesTheStateBeforeTheBadStep) {
  Trainer stopped = trainer();
  EXPECT_THROW(stopped.fit(with_a_nan(), in_order(1)), Error);
  Trainer wanted = trainer();
  wanted.fit(sectors(64).take(32), in_order(1));
  EXPECT_TRUE(same_tensors(stopped.weights(), wanted.weights()));
}

TEST_P(NotFinite, AnOpThatMakesItIsNamedWithItsLayer) {
  const nn::Module model = [](nn::Context& context, Value x) {
    return context.call("head", nn::Linear{3},
                        context.call("bend", [](nn::Context&, Value v) { return log(v); }, x));
  };
  Trainer stopped(model, optim::Sgd{}, loss::cross_entropy, {.backend = GetParam()});
  EXPECT_THAT(message_of([&] { stopped.fit(sectors(64), in_order(1)); }), HasSubstr("comes from log 'bend'"));
}

TEST_P(NotFinite, SkipGoesOnAsIfTheBatchWereNotThere) {
  Trainer trained = trainer(OnNan::skip);
  const FitReport report = trained.fit(with_a_nan(), in_order(1));
  EXPECT_EQ(report.skipped, 1);
  EXPECT_EQ(report.epochs[0].train.items, 48);
  EXPECT_TRUE(std::isfinite(report.epochs[0].train.loss));
  EXPECT_TRUE(std::isfinite(trained.weights()[0].second.number()));
}

TEST_P(NotFinite, KeepOnLetsItThrough) {
  Trainer trained = trainer(OnNan::keep_on);
  trained.fit(with_a_nan(), in_order(1));
  EXPECT_TRUE(std::isnan(trained.weights()[0].second.number()));
}

INSTANTIATE_TEST_SUITE_P(On, NotFinite, ::testing::ValuesIn(backend_names()),
                         [](const auto& on) { return on.param; });

}  // namespace
}  // namespace tenon
