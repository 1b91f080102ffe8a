#include "pass/pools.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "op/evaluate.h"
#include "pass/specialise.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

Tensor few_numbers(Shape shape) {  // ties and a NaN included
  Tensor tensor = Tensor::empty(DType::f32, std::move(shape));
  std::mt19937 engine(3);
  for (float& element : tensor.as<float>()) element = static_cast<float>(engine() % 4);
  tensor.as<float>()[5] = NAN;
  return tensor;
}

// The pass leaves no pool, and the same values to the bit.
void expect_same(Graph& graph, const std::vector<Tensor>& inputs) {
  std::map<std::string, Type> types;
  for (std::size_t i = 0; i < inputs.size(); ++i)
    types[name_of(graph.nodes()[graph.inputs()[i]])] = Type::of(inputs[i]);
  const Graph typed = specialise(graph, types);
  const Graph tiled = specialise(tile_pools(typed, [](const Graph&, const Node&) { return true; }), {});
  for (const Node& node : tiled.nodes()) EXPECT_FALSE(is_tiling_pool(node));
  const auto before = evaluate(typed, inputs).outputs;
  const auto after = evaluate(tiled, inputs).outputs;
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_TRUE(identical(before[i], after[i])) << to_string(after[i]);
}

TEST(TilePools, WritesTheLargestOfEachWindowAndWhereItStood) {
  Graph graph;
  const Pooled pooled = max_pool(graph.input("x", {DType::f32, {2, 3, 5, 6}}), {.kernel = {2, 3}});
  graph.output("values", pooled.values);
  graph.output("window", pooled.window);
  expect_same(graph, {few_numbers({2, 3, 5, 6})});
}

TEST(TilePools, WritesTheWayBack) {
  Graph graph;
  const PoolOptions options{.kernel = {2, 2}};
  const Value x = graph.input("x", {DType::f32, {2, 1, 5, 4}});
  const Pooled pooled = max_pool(x, options);
  graph.output("dx", max_unpool(pooled.values, pooled.window, x, options));
  expect_same(graph, {few_numbers({2, 1, 5, 4})});
}

TEST(TilePools, WritesMeansAndTheirWayBack) {
  Graph graph;
  const PoolOptions options{.kernel = {4}};
  const Value x = graph.input("x", {DType::f32, {2, 3, 9}});
  const Value mean = avg_pool(x, options);
  graph.output("mean", mean);
  graph.output("dx", avg_unpool(mean, x, options));
  expect_same(graph, {few_numbers({2, 3, 9})});
}

TEST(TilePools, LeavesWindowsThatOverlap) {
  Graph graph;
  graph.output("y",
               max_pool(graph.input("x", {DType::f32, {1, 1, 8}}), {.kernel = {3}, .strides = {2}}).values);
  const Graph same = tile_pools(graph, [](const Graph&, const Node&) { return true; });
  EXPECT_EQ(print(same), print(graph));
}

}  // namespace
}  // namespace tenon
