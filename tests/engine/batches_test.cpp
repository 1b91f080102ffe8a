// Items that are run some at a time.
#include "engine/batches.h"

#include <gtest/gtest.h>

#include "engine/programs.h"
#include "support/message_of.h"

namespace tenon::engine {
namespace {

Tensor floats(Shape shape, std::initializer_list<float> values) {
  return Tensor::of<float>(std::move(shape), values);
}

Engine engine_of(std::string_view text) { return {parse(text), {}, {}, {.backend = "reference"}}; }

TEST(Batches, OfAFixedSizeTakeTheLastItemsAgain) {
  const Engine engine = engine_of(R"(graph g(x: f32[2]) {
    %y = neg(%x)
    return y = %y })");
  const NamedTensors found = run_in_batches(engine, {{"x", floats({3}, {1, 2, 3})}}, 1);
  EXPECT_TRUE(identical(found[0].second, floats({3}, {-1, -2, -3})));
}

TEST(Batches, WhoseRowsAreOfOtherShapesAreRefused) {
  const Engine engine = engine_of(R"(graph g(x: f32[N, 3]) {
    %sum = reduce_sum(%x) {axes = [0]}
    %zero = constant f32[] {0}
    %is = greater(%sum, %zero)
    %at = nonzero(%is)
    %flat = reshape(%at) {shape = [-1]}
    %y = gather(%x, %flat) {axis = 1}
    return y = %y })");
  const Tensor x = floats({2, 3}, {1, 0, 0, 1, 1, 1});
  EXPECT_EQ(run_in_batches(engine, {{"x", x}}, 2)[0].second.shape(), (Shape{2, 3}));
  EXPECT_EQ(message_of([&] { run_in_batches(engine, {{"x", x}}, 1); }),
            "the rows of output 'y' are not of one shape: run all 2 items at a time");
}

}  // namespace
}  // namespace tenon::engine
