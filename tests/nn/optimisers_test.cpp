// Each optimiser's program, run by the reference on a few numbers for a few steps, beside its formula as it
// is written in the papers, in a loop over doubles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "nn/optimise.h"
#include "op/evaluate.h"

namespace tenon {
namespace {

using ::testing::HasSubstr;
using Numbers = std::vector<double>;

constexpr int kSteps = 5;
constexpr double kRate = 0.1;
const Numbers kStart = {1.0, -0.5, 0.25, 3.0};

// Gradients that change from step to step.
double gradient_at(double parameter, int step) { return 2 * parameter + 0.3 * std::sin(step); }

Tensor as_tensor(const Numbers& numbers) {
  const Tensor tensor = Tensor::empty(DType::f64, {static_cast<std::int64_t>(numbers.size())});
  std::copy(numbers.begin(), numbers.end(), tensor.as<double>().begin());
  return tensor;
}

// In f64, so that what differs is the formula.
Numbers by_program(const Optimizer& optimizer) {
  Graph graph;
  const Type type{DType::f64, {static_cast<std::int64_t>(kStart.size())}};
  const NamedValue parameter{"w", graph.state("w", type)};
  const Value gradient = graph.input("g", type);
  const Value rate = graph.input("lr", {DType::f32, {}});
  const Value step = graph.input("step", {DType::f32, {}});
  for (const NamedValue& update : updates(optimizer, {&parameter, 1}, {&gradient, 1}, rate, step))
    graph.update(update.name, update.value);

  TensorMap states;
  for (const std::uint32_t id : graph.states())
    states[name_of(graph.nodes()[id])] = Tensor::zeros(DType::f64, type.shape());
  states["w"] = as_tensor(kStart);
  for (int i = 0; i < kSteps; ++i) {
    Numbers gradients;
    for (const double value : states["w"].as<double>()) gradients.push_back(gradient_at(value, i));
    const Evaluation run = evaluate_named(graph,
                                          {{"g", as_tensor(gradients)},
                                           {"lr", Tensor::scalar(static_cast<float>(kRate))},
                                           {"step", Tensor::scalar(static_cast<float>(i + 1))}},
                                          states);
    for (std::size_t u = 0; u < run.updates.size(); ++u) states[graph.updates()[u].name] = run.updates[u];
  }
  const auto values = states["w"].as<double>();
  return {values.begin(), values.end()};
}

// `rule(parameter, gradient, memory, step)` for one number; memory holds two numbers, zero at first.
template <class Rule>
Numbers by_hand(const Rule& rule) {
  Numbers result = kStart;
  for (double& parameter : result) {
    double memory[2] = {0, 0};
    for (int i = 0; i < kSteps; ++i) parameter = rule(parameter, gradient_at(parameter, i), memory, i + 1);
  }
  return result;
}

void expect_same(const Numbers& program, const Numbers& hand) {
  for (std::size_t i = 0; i < hand.size(); ++i) EXPECT_NEAR(program[i], hand[i], 2e-6) << i;
}

TEST(Optimisers, SgdGoesDownTheGradient) {
  expect_same(by_program(optim::Sgd{}),
              by_hand([](double p, double g, double*, int) { return p - kRate * g; }));
}

TEST(Optimisers, SgdWithMomentumAndDecay) {
  expect_same(by_program(optim::Sgd{.momentum = 0.9, .weight_decay = 0.01}),
              by_hand([](double p, double g, double* memory, int) {
                memory[0] = 0.9 * memory[0] + g + 0.01 * p;
                return p - kRate * memory[0];
              }));
}

TEST(Optimisers, SgdWithNesterov) {
  expect_same(by_program(optim::Sgd{.momentum = 0.9, .nesterov = true}),
              by_hand([](double p, double g, double* memory, int) {
                memory[0] = 0.9 * memory[0] + g;
                return p - kRate * (g + 0.9 * memory[0]);
              }));
}

double adam_direction(double g, double* memory, int step, double epsilon) {
  memory[0] = 0.9 * memory[0] + 0.1 * g;
  memory[1] = 0.999 * memory[1] + 0.001 * g * g;
  const double mean = memory[0] / (1 - std::pow(0.9, step));
  const double square = memory[1] / (1 - std::pow(0.999, step));
  return mean / (std::sqrt(square) + epsilon);
}

TEST(Optimisers, AdamAddsDecayToTheGradient) {
  expect_same(by_program(optim::Adam{.weight_decay = 0.1}),
              by_hand([](double p, double g, double* memory, int step) {
                return p - kRate * adam_direction(g + 0.1 * p, memory, step, 1e-8);
              }));
}

TEST(Optimisers, AdamWDecaysTheParameter) {
  expect_same(by_program(optim::AdamW{.weight_decay = 0.1}),
              by_hand([](double p, double g, double* memory, int step) {
                return p * (1 - kRate * 0.1) - kRate * adam_direction(g, memory, step, 1e-8);
              }));
}

TEST(Optimisers, RmsPropDividesByTheRootMeanSquare) {
  expect_same(by_program(optim::RmsProp{.momentum = 0.5}),
              by_hand([](double p, double g, double* memory, int) {
                memory[0] = 0.99 * memory[0] + 0.01 * g * g;
                memory[1] = 0.5 * memory[1] + g / (std::sqrt(memory[0]) + 1e-8);
                return p - kRate * memory[1];
              }));
}

TEST(Optimisers, AdagradDividesByTheRootOfTheSum) {
  expect_same(by_program(optim::Adagrad{}), by_hand([](double p, double g, double* memory, int) {
                memory[0] += g * g;
                return p - kRate * g / (std::sqrt(memory[0]) + 1e-10);
              }));
}

TEST(Optimisers, LambScalesByTheNormsOfTheWholeParameter) {
  Numbers hand = kStart;
  std::vector<std::array<double, 2>> memory(hand.size());
  for (int i = 0; i < kSteps; ++i) {
    Numbers direction;
    double size = 0;
    double length = 0;
    for (std::size_t j = 0; j < hand.size(); ++j) {
      const double g = gradient_at(hand[j], i);
      direction.push_back(adam_direction(g, memory[j].data(), i + 1, 1e-6) + 0.01 * hand[j]);
      size += hand[j] * hand[j];
      length += direction[j] * direction[j];
    }
    for (std::size_t j = 0; j < hand.size(); ++j) hand[j] -= kRate * std::sqrt(size / length) * direction[j];
  }
  expect_same(by_program(optim::Lamb{}), hand);
}

TEST(Optimisers, AGroupHasARateAndADecayOfItsOwn) {
  const optim::Group group{.pattern = "w*", .rate = 0.5, .weight_decay = 0.2};
  expect_same(by_program(optim::Sgd{.groups = {group}}),
              by_hand([](double p, double g, double*, int) { return p - 0.5 * kRate * (g + 0.2 * p); }));
}

TEST(Optimisers, ARateOfZeroFreezes) {
  expect_same(by_program(optim::Sgd{.groups = {{.pattern = "*", .rate = 0}}}), kStart);
}

TEST(Optimisers, TheFirstGroupThatFitsCounts) {
  const std::vector<optim::Group> groups = {{.pattern = "w", .rate = 0}, {.pattern = "*", .rate = 5}};
  expect_same(by_program(optim::Sgd{.groups = groups}), kStart);
}

TEST(Optimisers, AGroupWithoutParametersIsAnError) {
  try {
    by_program(optim::Sgd{.groups = {{.pattern = "*.bias"}}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("the parameter group '*.bias' has no parameter"));
  }
}

TEST(Optimisers, OneOfOnesOwnNeedsARateGroupsAndACall) {
  struct SignDescent {
    double lr = 0.1;
    std::vector<optim::Group> groups = {};
    Value operator()(optim::Update& update) const {
      return update.parameter - cast(update.rate, DType::f64) * sign(update.gradient);
    }
  };
  expect_same(by_program(SignDescent{}),
              by_hand([](double p, double g, double*, int) { return p - kRate * ((g > 0) - (g < 0)); }));
}

// Clipping.

Tensor clip(const optim::Clip& limits, const Numbers& a, const Numbers& b) {
  Graph graph;
  const Value gradients[] = {graph.constant(as_tensor(a)), graph.constant(as_tensor(b))};
  for (const Value& gradient : clipped(gradients, limits)) graph.output("g", gradient);
  const Evaluation run = evaluate_named(graph, {});
  return Tensor::of<double>({2}, {run.outputs[0].number(), run.outputs[1].number()});
}

TEST(Clipping, ByNormScalesAllGradientsTogether) {
  const Tensor result = clip({.norm = 1}, {3}, {-4});
  EXPECT_NEAR(result.number(0), 0.6, 1e-6);
  EXPECT_NEAR(result.number(1), -0.8, 1e-6);
}

TEST(Clipping, ByNormLeavesSmallGradientsAlone) { EXPECT_EQ(clip({.norm = 10}, {3}, {-4}).number(0), 3); }

TEST(Clipping, ByValueBoundsEachElement) {
  const Tensor result = clip({.value = 3.5}, {3}, {-4});
  EXPECT_EQ(result.number(0), 3);
  EXPECT_EQ(result.number(1), -3.5);
}

bool finite(double loss, const Numbers& gradient) {
  Graph graph;
  const Value gradients[] = {graph.constant(as_tensor(gradient))};
  graph.output("finite", all_finite(graph.constant(Tensor::scalar(loss)), gradients));
  return evaluate_named(graph, {}).outputs[0].number() != 0;
}

TEST(FiniteFlag, FallsWithOneBadNumberAnywhere) {
  EXPECT_TRUE(finite(1e300, {1e300, -1e300}));
  EXPECT_FALSE(finite(1, {0, std::nan("")}));
  EXPECT_FALSE(finite(1, {-HUGE_VAL, 0}));
  EXPECT_FALSE(finite(HUGE_VAL, {0}));
}

// Schedules.

TEST(Schedules, LinearAndCosineGoFromOneToTheirEnd) {
  EXPECT_DOUBLE_EQ(schedule::linear()(0, 10), 1);
  EXPECT_DOUBLE_EQ(schedule::linear(0.2)(5, 10), 0.6);
  EXPECT_DOUBLE_EQ(schedule::linear(0.2)(20, 10), 0.2);
  EXPECT_DOUBLE_EQ(schedule::cosine()(0, 10), 1);
  EXPECT_NEAR(schedule::cosine()(5, 10), 0.5, 1e-12);
  EXPECT_NEAR(schedule::cosine(0.1)(10, 10), 0.1, 1e-12);
}

TEST(Schedules, StepLowersTheRateNowAndThen) {
  const Schedule schedule = schedule::step(3, 0.5);
  EXPECT_DOUBLE_EQ(schedule(2, 9), 1);
  EXPECT_DOUBLE_EQ(schedule(3, 9), 0.5);
  EXPECT_DOUBLE_EQ(schedule(8, 9), 0.25);
}

TEST(Schedules, WarmUpRisesToWhereTheNextBegins) {
  const Schedule schedule = schedule::warm_up(4, schedule::linear());
  EXPECT_DOUBLE_EQ(schedule(0, 14), 0.2);
  EXPECT_DOUBLE_EQ(schedule(3, 14), 0.8);
  EXPECT_DOUBLE_EQ(schedule(4, 14), 1);
  EXPECT_DOUBLE_EQ(schedule(9, 14), 0.5);
}

}  // namespace
}  // namespace tenon
