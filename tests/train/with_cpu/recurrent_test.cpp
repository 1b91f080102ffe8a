// A recurrent net through the Trainer: scans, forwards and backwards, inside a training step.
#include <gtest/gtest.h>

#include "train/sequences.h"

namespace tenon {
namespace {

using testing::sequences;

// h ← tanh(x·W + h·U + b) over the turns of x [batch, turns, features]; the last h.
struct Recurrent {
  std::int64_t width;

  Value operator()(nn::Context& context, Value x) const {
    const std::int64_t features = x.type().dims[2].constant();
    const Value w = context.parameter("w", {features, width}, nn::init::xavier_uniform());
    const Value u = context.parameter("u", {width, width}, nn::init::xavier_uniform());
    const Value b = context.parameter("b", {width}, nn::init::zeros());
    const Value turns = transpose(x, {1, 0, 2});
    const Value first = zeros_like(matmul(reduce_sum(x, {1}), w));
    return scan({{first}, {turns}, {w, u, b}}, cell(first, turns, {w, u, b}))[0];
  }

 private:
  static Body cell(Value first, Value turns, const std::vector<Value>& captured) {
    Graph graph("cell");
    const Value h = graph.input("h", first.type());
    const Value x = graph.input("x", {turns.dtype(), {turns.type().dims[1], turns.type().dims[2]}});
    const Value w = graph.input("w", captured[0].type());
    const Value u = graph.input("u", captured[1].type());
    const Value b = graph.input("b", captured[2].type());
    graph.output("h", tanh(matmul(x, w) + matmul(h, u) + b));
    return std::make_shared<const Graph>(std::move(graph));
  }
};

struct Trained {
  FitReport report;
  NamedTensors weights;
};

Trained trained_on(const std::string& backend, std::int64_t epochs) {
  const nn::Sequential net{Recurrent{8}, nn::Linear{2}};
  Trainer trainer(net, optim::Adam{.lr = 0.02}, loss::cross_entropy, {.backend = backend, .seed = 3});
  FitReport report =
      trainer.fit(sequences(72, 6), {.epochs = epochs, .batch = 16, .progress = Progress::quiet});
  return {std::move(report), trainer.weights()};
}

TEST(ARecurrentNet, LearnsOnGeneratedCode) {
  const Trained trained = trained_on("cpu", 20);
  EXPECT_LT(trained.report.epochs.back().train.loss, 0.3 * trained.report.epochs.front().train.loss);
}

TEST(ARecurrentNet, LearnsWhatItLearnsOnTheReference) {
  const Trained there = trained_on("cpu", 2);
  const Trained here = trained_on("reference", 2);
  EXPECT_NEAR(there.report.epochs.back().train.loss, here.report.epochs.back().train.loss, 1e-4);
  for (std::size_t i = 0; i < here.weights.size(); ++i)
    for (std::int64_t k = 0; k < here.weights[i].second.size(); ++k)
      EXPECT_NEAR(there.weights[i].second.number(k), here.weights[i].second.number(k), 1e-3)
          << here.weights[i].first;
}

}  // namespace
}  // namespace tenon
