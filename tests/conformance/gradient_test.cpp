// Every op that has a gradient: what its rule writes against differences of its values, in f64.
#include "tenon/gradient.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "conformance/numbers.h"
#include "conformance/suite.h"
#include "op/evaluate.h"
#include "tenon/ops.h"

namespace tenon::conformance {
namespace {

// Each number is moved twice: more of them take long and say no more.
constexpr std::int64_t kMostElements = 130;

bool differentiable(Op op) { return definition(op).gradient || definition(op).no_gradient.empty(); }

bool is_moved(const Input& input) { return !input.dtype; }

bool worth_comparing(const Case& test) {
  std::int64_t elements = 0;
  bool moves = false;
  for (const Input& input : test.inputs) {
    elements += element_count(input.shape);
    moves |= is_moved(input);
  }
  return test.smooth && !test.large && moves && elements <= kMostElements;
}

std::vector<Tensor> smooth_numbers(const Case& test) {
  std::vector<Tensor> tensors;
  for (const Input& input : test.inputs)
    tensors.push_back(make_smooth_numbers(input, DType::f64, static_cast<unsigned>(tensors.size())));
  return tensors;
}

// A number that depends on every result in a way of its own.
Value mixed(const Values& results) {
  Value all;
  for (const Value& result : results) {
    if (!is_float(result.dtype())) continue;
    const Value term = reduce_sum(result * sin(result * 3.0 + 1.0));
    all = all.defined() ? all + term : term;
  }
  return all;
}

// Outputs: the mixed results, then their gradients. With `open`, no dimension is known when it is written.
Graph differentiated(const Case& test, const std::vector<Tensor>& inputs, bool open) {
  Graph graph;
  Values values;
  Values moved;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Type type = Type::of(inputs[i]);
    if (open) std::fill(type.dims.begin(), type.dims.end(), Dim::unknown());
    values.push_back(graph.input(cat("x", i), type));
    if (is_moved(test.inputs[i])) moved.push_back(values.back());
  }
  const Value loss = mixed(test.write(graph, values));
  graph.output("loss", loss);
  for (const Value& grad : gradient(std::array{loss}, moved)) graph.output("", grad);
  return graph;
}

double slope_at(const Graph& graph, std::vector<Tensor> inputs, std::size_t input, std::int64_t element) {
  constexpr double kStep = 1e-5;
  inputs[input] = inputs[input].clone();
  const double x = inputs[input].number(element);
  inputs[input].set_number(element, x + kStep);
  const double above = evaluate(graph, inputs).outputs[0].number();
  inputs[input].set_number(element, x - kStep);
  return (above - evaluate(graph, inputs).outputs[0].number()) / (2 * kStep);
}

// The same program without what only the gradients need.
Graph loss_alone(const Graph& graph) {
  Graph loss = graph.clone();
  Graph result;
  for (const Node& node : loss.nodes()) result.append(node);
  result.output("loss", result.value(loss.outputs()[0].ref));
  return result;
}

void compare_with_differences(const Case& test) {
  const std::vector<Tensor> inputs = smooth_numbers(test);
  const Graph graph = differentiated(test, inputs, false);
  const Graph loss = loss_alone(graph);
  const std::vector<Tensor> results = evaluate(graph, inputs).outputs;
  std::size_t next = 1;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!is_moved(test.inputs[i])) continue;
    const Tensor& grad = results[next++];
    ASSERT_EQ(grad.shape(), inputs[i].shape()) << test.label;
    for (std::int64_t k = 0; k < grad.size(); ++k) {
      const double slope = slope_at(loss, inputs, i, k);
      ASSERT_NEAR(grad.number(k), slope, 2e-6 * std::max(1.0, std::fabs(slope)))
          << test.label << ", input " << i << " at " << k;
    }
  }
}

void compare_with_open(const Case& test) {
  if (!test.open) return;
  const std::vector<Tensor> inputs = smooth_numbers(test);
  const std::vector<Tensor> known = evaluate(differentiated(test, inputs, false), inputs).outputs;
  const std::vector<Tensor> open = evaluate(differentiated(test, inputs, true), inputs).outputs;
  for (std::size_t i = 0; i < known.size(); ++i)
    if (const auto wrong = difference(open[i], known[i], {Bound::Kind::near, 64}))
      ADD_FAILURE() << test.label << ", output " << i << ": " << *wrong;
}

class Gradients : public testing::TestWithParam<Op> {
 protected:
  template <class Compare>
  static void for_each_case(const Compare& compare) {
    int compared = 0;
    for (const Case& test : all_cases().at(GetParam())) {
      if (!worth_comparing(test)) continue;
      SCOPED_TRACE(test.label);
      ++compared;
      try {
        compare(test);
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
      }
    }
    EXPECT_TRUE(compared > 0 || GetParam() == Op::stop_gradient) << "no case is small and smooth";
  }
};

TEST_P(Gradients, AgreeWithDifferences) { for_each_case(compare_with_differences); }
TEST_P(Gradients, NeedNoShapes) { for_each_case(compare_with_open); }

std::vector<Op> differentiable_ops() {
  std::vector<Op> ops;
  for (const auto& [op, cases] : all_cases())
    if (differentiable(op)) ops.push_back(op);
  return ops;
}

INSTANTIATE_TEST_SUITE_P(AllOps, Gradients, testing::ValuesIn(differentiable_ops()),
                         [](const auto& test) { return definition(test.param).name; });

}  // namespace
}  // namespace tenon::conformance
