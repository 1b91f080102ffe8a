#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/message_of.h"
#include "train/problem.h"

namespace tenon {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::same_tensors;
using testing::sectors;
using testing::small_net;
using testing::small_trainer;

FitOptions quiet(std::int64_t epochs, std::int64_t batch = 16) {
  return {.epochs = epochs, .batch = batch, .progress = Progress::quiet};
}

TEST(Trainer, LearnsASmallProblem) {
  Trainer trainer = small_trainer();
  FitOptions options = quiet(8);
  options.validate = sectors(100, 2);
  const FitReport report = trainer.fit(sectors(400), options);
  ASSERT_EQ(report.epochs.size(), 8);
  EXPECT_LT(report.epochs.back().train.loss, 0.5 * report.epochs.front().train.loss);
  ASSERT_TRUE(report.epochs.back().validation.has_value());
  EXPECT_EQ(report.epochs.back().validation->items, 100);
  EXPECT_EQ(report.epochs.back().validation->metrics.at(0).first, "accuracy");
  EXPECT_GT(report.epochs.back().validation->metrics.at(0).second, 0.9);
}

TEST(Trainer, CountsTheItemsOfASmallerLastBatch) {
  Trainer trainer = small_trainer();
  const FitReport report = trainer.fit(sectors(50), quiet(1));
  EXPECT_EQ(report.steps, 4);
  EXPECT_EQ(report.epochs[0].train.items, 50);
}

TEST(Trainer, EvaluatesTheSameWhateverTheBatch) {
  Trainer trainer = small_trainer();
  const Dataset data = sectors(50);
  trainer.fit(data, quiet(1));
  const Score whole = trainer.evaluate(data, 50);
  const Score parts = trainer.evaluate(data, 7);
  EXPECT_NEAR(whole.loss, parts.loss, 1e-6);
  EXPECT_EQ(whole.metrics, parts.metrics);
  EXPECT_EQ(parts.items, 50);
}

TEST(Trainer, PredictsWhatItEvaluates) {
  Trainer trainer = small_trainer();
  const Dataset data = sectors(60);
  trainer.fit(data, quiet(4));
  const Tensor scores = trainer.predict(data.column("x"), 16);
  ASSERT_EQ(scores.shape(), (Shape{60, 3}));
  int hits = 0;
  for (std::int64_t i = 0; i < 60; ++i) {
    const auto row = scores.rows(i, i + 1).as<float>();
    hits += std::ranges::max_element(row) - row.begin() == static_cast<int>(data.column("y").number(i));
  }
  EXPECT_NEAR(hits / 60.0, trainer.evaluate(data).metrics.at(0).second, 1e-6);
}

TEST(Trainer, TheSameSeedGivesTheSameBits) {
  Trainer a = small_trainer({.seed = 5});
  Trainer b = small_trainer({.seed = 5});
  Trainer c = small_trainer({.seed = 6});
  for (Trainer* trainer : {&a, &b, &c}) trainer->fit(sectors(64), quiet(1));
  EXPECT_TRUE(same_tensors(a.weights(), b.weights()));
  EXPECT_FALSE(same_tensors(a.weights(), c.weights()));
}

TEST(Trainer, TheModelTakesRawItems) {
  const Dataset data({{"x", Tensor::full(DType::u8, {4, 2}, 255)}, {"y", Tensor::zeros(DType::u8, {4})}},
                     {"no", "yes"});
  Trainer trainer(nn::Sequential{nn::Linear{2}}, optim::Sgd{}, loss::cross_entropy, {.backend = "reference"});
  trainer.fit(data, quiet(1, 2));
  const TrainedModel model = trainer.model();
  EXPECT_EQ(to_string(model.program->type(*model.program->find_input("x"))), "u8[N, 2]");
  EXPECT_THAT(model.class_names, ElementsAre("no", "yes"));
  ASSERT_EQ(model.weights.size(), 2);
  EXPECT_EQ(model.weights[0].first, "layers.0.weight");
}

TEST(Trainer, CallbacksSeeEachStepAndEpoch) {
  Trainer trainer = small_trainer();
  FitOptions options = quiet(2);
  std::vector<std::int64_t> steps;
  std::vector<std::int64_t> epochs;
  options.on_step = [&](const StepReport& report) {
    steps.push_back(report.step);
    EXPECT_TRUE(report.finite);
    EXPECT_GT(report.loss, 0);
  };
  options.on_epoch = [&](const EpochReport& report) { epochs.push_back(report.epoch); };
  trainer.fit(sectors(32), options);
  EXPECT_THAT(steps, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(epochs, ElementsAre(1, 2));
}

TEST(Trainer, TheScheduleSetsTheRateOfEachStep) {
  Trainer trainer = small_trainer();
  FitOptions options = quiet(2);
  options.schedule = schedule::linear();
  std::vector<double> rates;
  options.on_step = [&](const StepReport& report) { rates.push_back(report.rate); };
  trainer.fit(sectors(32), options);
  EXPECT_THAT(rates, ElementsAre(0.02, 0.015, 0.01, 0.005));
}

TEST(Trainer, TheStopFlagEndsItCleanly) {
  Trainer trainer = small_trainer();
  std::atomic<bool> stop = false;
  FitOptions options = quiet(5);
  options.stop = &stop;
  options.on_step = [&](const StepReport& report) { stop = report.step == 3; };
  const FitReport report = trainer.fit(sectors(64), options);
  EXPECT_TRUE(report.stopped);
  EXPECT_EQ(report.steps, 3);
}

TEST(Trainer, BatchStatisticsMoveInTrainingAlone) {
  Trainer trainer(nn::Sequential{nn::Linear{4}, nn::BatchNorm{}, nn::Linear{3}}, optim::Sgd{},
                  loss::cross_entropy, {.backend = "reference"});
  const Dataset data = sectors(32);
  trainer.prepare(data);
  const Tensor before = *find(trainer.weights(), "layers.1.running_mean");
  trainer.evaluate(data);
  EXPECT_TRUE(identical(before, *find(trainer.weights(), "layers.1.running_mean")));
  trainer.fit(data, quiet(1));
  EXPECT_FALSE(identical(before, *find(trainer.weights(), "layers.1.running_mean")));
}

TEST(Trainer, TrainsConvolutionsOnRawImages) {
  // Bright in the left half, or in the right.
  const Tensor images = Tensor::zeros(DType::u8, {24, 1, 6, 6});
  const Tensor sides = Tensor::zeros(DType::u8, {24});
  for (std::int64_t i = 0; i < 24; ++i) {
    sides.set_number(i, static_cast<double>(i % 2));
    for (std::int64_t row = 0; row < 6; ++row)
      images.set_number(i * 36 + row * 6 + i % 2 * 4 + i % 3 % 2, 200);
  }
  Trainer trainer(nn::Sequential{nn::Conv{4, 3}, nn::Relu{}, nn::MaxPool{2}, nn::Flatten{}, nn::Linear{2}},
                  optim::Adam{.lr = 0.05}, loss::cross_entropy, {.backend = "reference"});
  const Dataset data({{"x", images}, {"y", sides}});
  trainer.fit(data, quiet(8, 8));
  EXPECT_EQ(trainer.evaluate(data).metrics.at(0).second, 1);
}

TEST(Trainer, WeightsGoFromOneTrainerToAnother) {
  const Dataset data = sectors(32);
  Trainer first = small_trainer();
  first.fit(data, quiet(1));
  Trainer second = small_trainer({.seed = 9});
  second.prepare(data);
  second.load_weights(first.weights());
  EXPECT_EQ(first.evaluate(data).loss, second.evaluate(data).loss);
}

TEST(Trainer, WeightsThatDoNotFitAreRefused) {
  Trainer trainer = small_trainer();
  trainer.prepare(sectors(4));
  EXPECT_THAT(message_of([&] { trainer.load_weights({}); }), HasSubstr("no weights for 'layers.0.weight'"));
  NamedTensors wrong = trainer.weights();
  wrong[0].second = Tensor::zeros(DType::f32, {1});
  EXPECT_THAT(message_of([&] { trainer.load_weights(wrong); }), HasSubstr("the model has f32[2, 8]"));
}

TEST(Trainer, DataThatTheModelDoesNotFitIsRefused) {
  Trainer trainer = small_trainer();
  trainer.prepare(sectors(4));
  const Dataset wide({{"x", Tensor::zeros(DType::f32, {4, 5})}, {"y", Tensor::zeros(DType::u8, {4})}});
  EXPECT_THAT(message_of([&] { trainer.evaluate(wide); }), HasSubstr("column 'x' is f32[4, 5]"));
}

TEST(Trainer, AnUnknownBackendNamesTheKnown) {
  EXPECT_THAT(
      message_of([] { Trainer(small_net(), optim::Sgd{}, loss::cross_entropy, {.backend = "abacus"}); }),
      HasSubstr("there is no backend 'abacus'; there are ["));
}

}  // namespace
}  // namespace tenon
