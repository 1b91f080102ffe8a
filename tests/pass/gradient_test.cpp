#include "tenon/gradient.h"

#include <gtest/gtest.h>

#include "op/evaluate.h"
#include "tenon/op.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

const Type kScalar{DType::f64, {}};

// The gradients of `loss` with respect to `wrt`, at x = 3 and y = 2.
std::vector<double> at_three_and_two(Graph& graph, Value loss, const std::vector<Value>& wrt) {
  for (const Value& grad : gradient({&loss, 1}, wrt)) graph.output("", grad);
  std::vector<double> numbers;
  for (const Tensor& tensor : evaluate(graph, {Tensor::scalar(3.0), Tensor::scalar(2.0)}).outputs)
    numbers.push_back(tensor.number());
  return numbers;
}

struct Pair {
  Graph graph;
  Value x = graph.input("x", kScalar);
  Value y = graph.input("y", kScalar);
};

TEST(Gradient, AddsWhatArrivesOnSeveralWays) {
  Pair p;
  EXPECT_EQ(at_three_and_two(p.graph, p.x * p.x * p.y + p.x, {p.x, p.y}), (std::vector<double>{13, 9}));
}

TEST(Gradient, IsZeroWhereNothingDepends) {
  Pair p;
  EXPECT_EQ(at_three_and_two(p.graph, p.x * p.x, {p.y}), (std::vector<double>{0}));
}

TEST(Gradient, StopsWhereItIsTold) {
  Pair p;
  EXPECT_EQ(at_three_and_two(p.graph, stop_gradient(p.x) * p.x, {p.x}), (std::vector<double>{3}));
}

TEST(Gradient, OfAGradientIsTheSecondDerivative) {
  Pair p;
  const Value cube = p.x * p.x * p.x;
  const Value first = gradient({&cube, 1}, {&p.x, 1})[0];
  EXPECT_EQ(at_three_and_two(p.graph, first, {p.x}), (std::vector<double>{18}));
}

TEST(Gradient, OfSeveralLossesIsThatOfTheirSum) {
  Pair p;
  const Value losses[] = {p.x * p.y, p.x * p.x};
  const Value grad = gradient(losses, {&p.x, 1})[0];
  p.graph.output("", grad);
  EXPECT_EQ(evaluate(p.graph, {Tensor::scalar(3.0), Tensor::scalar(2.0)}).outputs[0].number(), 8);
}

TEST(Gradient, OfAnInnerValueIsThere) {
  Pair p;
  const Value inner = p.x * p.y;
  EXPECT_EQ(at_three_and_two(p.graph, inner * inner, {inner}), (std::vector<double>{12}));
}

TEST(Gradient, NeedsAScalarLoss) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {3}});
  EXPECT_THROW(gradient({&x, 1}, {&x, 1}), Error);
}

TEST(Gradient, NamesTheOpThatHasNone) {
  OpDef def;
  def.name = "test_only_step";
  def.documentation = "An op without a gradient.";
  def.no_gradient = "it jumps";
  def.infer = [](const TypeContext& context) { return std::vector<Type>{context.inputs[0]}; };
  def.kernel = [](const KernelContext& context) { return std::vector<Tensor>{context.inputs[0]}; };
  const Op op = register_op(std::move(def));
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {3}});
  graph.set_label("head");
  const Value loss = reduce_sum(graph.emit1(op, {x}));
  try {
    gradient({&loss, 1}, {&x, 1});
    FAIL() << "it should have said that there is none";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("test_only_step 'head'"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("it jumps"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tenon
