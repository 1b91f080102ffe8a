#include "pass/chunk.h"

#include <random>

#include "op/evaluate.h"
#include "pass/cse.h"
#include "pass/dead.h"
#include "pass/decompose.h"
#include "pass/expect.h"
#include "pass/loops_and_products.h"
#include "pass/pools.h"
#include "pass/specialise.h"
#include "pass/unpool.h"
#include "tenon/gradient.h"
#include "tenon/ops.h"

namespace tenon {
namespace {

constexpr std::size_t kNear = 1600;

Graph chunked(const Graph& graph, std::size_t near_bytes = kNear) {
  return chunk_batches(graph, {LoopsAndProducts(), near_bytes});
}

std::size_t scans(const Graph& graph) {
  return static_cast<std::size_t>(std::count_if(graph.nodes().begin(), graph.nodes().end(),
                                                [](const Node& node) { return node.op == Op::scan; }));
}

Tensor small_integers(Shape shape) {  // whose products and sums are exact
  Tensor tensor = Tensor::empty(DType::f32, std::move(shape));
  std::mt19937 engine(5);
  for (float& element : tensor.as<float>()) element = static_cast<float>(static_cast<int>(engine() % 9) - 4);
  return tensor;
}

void expect_same(const Graph& typed, const std::vector<Tensor>& inputs, std::size_t near_bytes = kNear) {
  const auto before = evaluate(typed, inputs).outputs;
  const auto after = evaluate(chunked(typed, near_bytes), inputs).outputs;
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(identical(before[i], after[i])) << i;
}

// Images of 16 x 8 x 6 floats, 3072 bytes, of which a third is kept.
constexpr std::string_view kShrinking = R"(graph g(x: f32[16, 1, 8], w: f32[8, 1, 3]) {
    %0 = constant f32[] {0}
    %1 = conv(%x, %w) {strides = [1], dilations = [1], pads_low = [0], pads_high = [0]}
    %2 = broadcast_to(%0) {shape = [16, 8, 6]}
    %3 = maximum(%1, %2)
    %4 = slice(%3) {axes = [2], starts = [0], ends = [6], steps = [3]}
    %5 = slice(%3) {axes = [2], starts = [1], ends = [6], steps = [3]}
    %6 = maximum(%4, %5)
    return y = %6 })";

TEST(ChunkBatches, RunsAConvolutionAndWhatShrinksItForAFewItemsAtATime) {
  expect_pass(
      kShrinking, [](const Graph& graph) { return chunked(graph); },
      R"(graph g(x: f32[16, 1, 8], w: f32[8, 1, 3]) {
    %1 = reshape(%x) {shape = [4, 4, 1, 8]}
    %2 = scan(%1, %w) {carried = 0, scanned = 1, reverse = false} {
      graph chunk(s1: f32[4, 1, 8], c1: f32[8, 1, 3]) {
        %1 = conv(%s1, %c1) {strides = [1], dilations = [1], pads_low = [0], pads_high = [0]}
        %0 = constant f32[] {0}
        %2 = broadcast_to(%0) {shape = [4, 8, 6]}
        %3 = maximum(%1, %2)
        %4 = slice(%3) {axes = [2], starts = [0], ends = [6], steps = [3]}
        %5 = slice(%3) {axes = [2], starts = [1], ends = [6], steps = [3]}
        %6 = maximum(%4, %5)
        return o0 = %6
      }
    }
    %3 = reshape(%2) {shape = [16, 8, 2]}
    return y = %3 })");
}

TEST(ChunkBatches, LeavesABatchThatStaysNear) { EXPECT_EQ(scans(chunked(parse(kShrinking), 4000)), 0u); }

TEST(ChunkBatches, LeavesImagesThatAreReadElsewhere) {
  std::string text(kShrinking);
  text.replace(text.find("return y = %6"), 13, "return y = %6, image = %3");
  EXPECT_EQ(scans(chunked(parse(text))), 0u);
}

TEST(ChunkBatches, ComputesTheSame) {
  expect_same(parse(kShrinking), {small_integers({16, 1, 8}), small_integers({8, 1, 3})});
}

// The filters' gradient of a pooled convolution: chunks of the way there and of the way back.
TEST(ChunkBatches, SumsTheGradientOfTheFilters) {
  Graph graph;
  const Value x = graph.input("x", {DType::f32, {16, 1, 8, 8}});
  const Value w = graph.input("w", {DType::f32, {16, 1, 3, 3}});
  const Value pooled = max_pool(relu(conv(x, w)), {.kernel = {2, 2}}).values;
  graph.output("y", pooled);
  const Value loss = reduce_sum(mul(pooled, pooled));
  graph.output("dw", gradient(std::span(&loss, 1), std::span(&w, 1))[0]);
  const auto always = [](const Graph&, const Node&) { return true; };
  const auto never = [](const Graph&, const Node&) { return false; };
  const Graph whole = specialise(decompose(specialise(graph, {}), never), {});
  const Graph typed = remove_dead(merge_common(tile_pools(lift_unpools(whole), always)));
  EXPECT_EQ(scans(chunked(typed, 20000)), 2u);
  expect_same(typed, {small_integers({16, 1, 8, 8}), small_integers({16, 1, 3, 3})}, 20000);
}

}  // namespace
}  // namespace tenon
