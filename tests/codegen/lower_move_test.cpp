// Movement as arithmetic on positions.
#include <gtest/gtest.h>

#include "codegen/lowering.h"

namespace tenon::codegen {
namespace {

Type f32(std::vector<Dim> dims) { return {DType::f32, std::move(dims)}; }

TEST(LowerMove, SlicesWithSteps) {
  Graph g("slices");
  const Value x = g.input("x", f32({7, 9, 20}));
  g.output("a", slice(x, {{0, 1, 6, 2}, {2, -3, SliceSpec::kBeforeStart, -2}}));
  g.output("b", exp(slice(x, {{-1, 4, 12}})));
  g.output("c", slice(x, {{1, 5, 5}}));
  g.output("d", reverse(x, {0, 2}) + reverse(x));
  expect_lowered(g);
}

TEST(LowerMove, EveryModeOfPadding) {
  Graph g("pads");
  const Value x = g.input("x", f32({5, 6}));
  for (const char* mode : {"constant", "edge", "reflect", "wrap"}) {
    g.output(cat(mode, 1), pad(x, {{2, 3}, {1, 4}, mode, 7.0}));
    g.output(cat(mode, 2), pad(x, {{-1, 12}, {3, -2}, mode}));
  }
  expect_lowered(g);
}

TEST(LowerMove, PaddingOfWhatIsComputed) {
  Graph g("computed");
  const Value x = g.input("x", f32({4, 6}));
  g.output("y", pad(reshape(exp(x), {6, 4}), {{1, 0}, {1, 2}}) * 2.0);
  expect_lowered(g);
}

TEST(LowerMove, ConcatReadsOnlyThePartItIsIn) {
  Graph g("concat");
  const Value x = g.input("x", f32({3, 4}));
  const Value y = g.input("y", f32({3, 1}));
  const Value z = g.input("z", f32({3, 20}));
  g.output("columns", concat({x, y, exp(z)}, 1));
  g.output("rows", concat({x, slice(z, {{1, 2, 6}})}, 0) + 1.0);
  expect_lowered(g);
}

TEST(LowerMove, AReshapeOfASlicedTransposeStaysAffine) {
  Graph g("heads");
  const Value x = g.input("x", f32({2, 5, 24}));
  const Value heads = transpose(reshape(x, {2, 5, 4, 6}), {0, 2, 1, 3});
  g.output("y", transpose(heads, {0, 2, 1, 3}) * 2.0);
  const Kernel kernel = expect_lowered(g);
  EXPECT_EQ(kernel.nests[0].root.extent, 240);  // it is where it was
}

TEST(LowerMove, GatherTakesNegativeAndClampsWildIndices) {
  Graph g("gather");
  const Value x = g.input("x", f32({6, 8}));
  const Value i = g.constant(Tensor::scalar(std::int64_t{-2}));
  g.output("y", gather(x, i, 0));
  expect_lowered(g);
}

}  // namespace
}  // namespace tenon::codegen
