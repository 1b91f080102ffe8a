#include "tenon/diff.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/programs.h"

namespace tenon {
namespace {

using testing::Model;
using testing::random_floats;

// exp, then a product, then tanh, each with a name.
Model chain() {
  Model model;
  Graph& graph = model.program;
  Value x = graph.input("x", {DType::f32, {"N", 4}});
  graph.set_label("first");
  x = exp(x);
  graph.set_label("second");
  x = matmul(x, graph.state("w", {DType::f32, {4, 4}}));
  graph.set_label("third");
  graph.output("y", tanh(x));
  model.weights = {{"w", random_floats({4, 4}, 1)}};
  return model;
}

Engine chain_engine(const Model& model, EngineOptions options = {}) {
  return {model.program, model.weights, {}, std::move(options)};
}

// A pass that takes the nodes of an op for another op.
std::function<Graph(const Graph&)> broken_pass(Op from, Op to) {
  return [from, to](const Graph& graph) {
    Graph changed(graph.name());
    for (Node node : graph.nodes()) {
      if (node.op == from) node.op = to;
      changed.append(std::move(node));
    }
    for (const auto& [name, ref] : graph.outputs()) changed.output(name, changed.value(ref));
    for (const auto& [name, ref] : graph.updates()) changed.update(name, changed.value(ref));
    return changed;
  };
}

const NamedTensors& items() {
  static const NamedTensors kInputs{{"x", random_floats({3, 4}, 2)}};
  return kInputs;
}

TEST(Diff, FindsNothingBetweenAModelAndItself) {
  EXPECT_FALSE(
      first_difference(chain_engine(chain(), {.backend = "reference"}), chain_engine(chain()), items()));
}

TEST(Diff, NamesTheNodeThatAWrongPassChangedWithWhatItRead) {
  const auto difference =
      first_difference(chain_engine(chain(), {.backend = "reference"}),
                       chain_engine(chain(), {.own_pass = broken_pass(Op::tanh, Op::exp)}), items());
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->value, "third");
  EXPECT_EQ(difference->op, "tanh");
  EXPECT_GT(difference->error.relative, 0.1);
  ASSERT_EQ(difference->inputs.size(), 1u);
  EXPECT_EQ(difference->inputs[0].first, "second");
  EXPECT_EQ(difference->inputs[0].second.shape(), (Shape{3, 4}));
}

TEST(Diff, NamesTheFirstOfAllThatFollow) {
  const auto difference =
      first_difference(chain_engine(chain(), {.backend = "reference"}),
                       chain_engine(chain(), {.own_pass = broken_pass(Op::exp, Op::sin)}), items());
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->value, "first");
  EXPECT_FALSE(difference->only_fused);
}

// Wrong only where the value before it is not an output: as a bad fusion would be.
TEST(Diff, FindsWhatIsWrongOnlyWhileValuesAreNotKept) {
  const auto wrong_when_fused = [](const Graph& graph) {
    const bool all_kept = graph.outputs().size() > 2;
    return all_kept ? graph.clone() : broken_pass(Op::tanh, Op::exp)(graph);
  };
  const auto difference = first_difference(chain_engine(chain(), {.backend = "reference"}),
                                           chain_engine(chain(), {.own_pass = wrong_when_fused}), items());
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->value, "third");
  EXPECT_TRUE(difference->only_fused);
}

TEST(Diff, ComparesWithARecording) {
  const Engine engine = chain_engine(chain());
  NamedTensors recorded = engine.with_taps({"first", "second"}).run(items());
  EXPECT_FALSE(first_difference(recorded, engine, items()));
  const auto second = std::ranges::find(recorded, "second", &std::pair<std::string, Tensor>::first);
  second->second.set_number(0, 100);
  const auto difference = first_difference(recorded, engine, items());
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->value, "second");
}

TEST(Diff, RefusesModelsWithoutACommonValue) {
  EXPECT_THROW(first_difference({{"other", Tensor::scalar(1.0f)}}, chain_engine(chain()), items()), Error);
}

TEST(Taps, AreOutputsBehindTheProgramsOwn) {
  const NamedTensors values = chain_engine(chain()).with_taps({"first"}).run(items());
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].first, "y");
  EXPECT_EQ(values[1].first, "first");
  EXPECT_THROW(chain_engine(chain()).with_taps({"fourth"}), Error);
}

}  // namespace
}  // namespace tenon
