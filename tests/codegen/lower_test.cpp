// What lowered programs compute, and how their loops look.
#include "codegen/lower.h"

#include <gtest/gtest.h>

#include "codegen/lowering.h"
#include "codegen/runner.h"
#include "op/evaluate.h"

namespace tenon::codegen {
namespace {

Type f32(std::vector<Dim> dims) { return {DType::f32, std::move(dims)}; }

TEST(Lower, ElementwiseOverContiguousDataIsOneLoop) {
  Graph g("chain");
  const Value x = g.input("x", f32({6, 50}));
  const Value y = g.input("y", f32({6, 50}));
  g.output("z", exp(x * y) + 1.0);
  const Kernel kernel = expect_lowered(g);
  EXPECT_EQ(print(kernel), R"(kernel kernel
  b0: input f32[300]
  b1: input f32[300]
  b2: output f32[300]
  nest parallel by 300, no barrier
    for v0 in 300 vector(1)
      b2[v0] = add(exp(mul(b0[v0], b1[v0])), f32(1))
)");
}

TEST(Lower, MatmulWithBiasAndReluIsATileOfRegisters) {
  Graph g("layer");
  const Value x = g.input("x", f32({32, 10}));
  const Value w = g.input("w", f32({10, 16}));
  const Value b = g.input("b", f32({16}));
  g.output("y", relu(matmul(x, w) + b));
  const Kernel kernel = expect_lowered(g);
  EXPECT_EQ(print(kernel), R"(kernel kernel
  b0: input f32[320]
  b1: input f32[160]
  b2: input f32[16]
  b3: output f32[512]
  nest parallel by 32, no barrier
    for v0 in 32 lanes(16)
      for v1 in 16 vector(1)
        reset a0
        for v2 in 10
          a0 += mul(b0[v0*10 + v2], b1[v1 + v2*16])
        b3[v0*16 + v1] = maximum(add(a0, b2[v1]), f32(0))
)");
}

TEST(Lower, SoftmaxIsOneNestOverItsRows) {
  Graph g("softmax");
  g.output("y", softmax(g.input("x", f32({8, 100}))));
  const Kernel kernel = expect_lowered(g);
  EXPECT_EQ(print(kernel), R"(kernel kernel
  b0: input f32[800]
  b1: output f32[800]
  b2: scratch f32[100], one a thread
  s4 = exp(sub(b0[v0*100 + v2], a0))
  nest parallel by 6, no barrier
    for v0 in 8
      reset a0
      for v1 in 100 vector(4)
        a0 max= b0[v0*100 + v1]
      reset a1
      for v2 in 100 vector(4)
        a1 += s4
        b2[v2] = s4
      for v3 in 100 vector(3)
        b1[v0*100 + v3] = mul(b2[v3], reciprocal(a1))
)");
}

TEST(Lower, ABiasGradientKeepsItsColumnsInLanes) {
  Graph g("bias");
  g.output("db", reduce_sum(g.input("dy", f32({64, 256})), {0}));
  const Kernel kernel = expect_lowered(g);
  EXPECT_EQ(print(kernel), R"(kernel kernel
  b0: input f32[16384]
  b1: output f32[256]
  nest parallel by 128, no barrier
    for v0 in 256 vector(8)
      reset a0
      for v1 in 64
        a0 += b0[v0 + v1*256]
      b1[v0] = a0
)");
}

TEST(Lower, AdamIsOneLoop) {
  Graph g("adam");
  const Value p = g.input("p", f32({20, 30}));
  const Value m = g.input("m", f32({20, 30}));
  const Value v = g.input("v", f32({20, 30}));
  const Value dp = g.input("g", f32({20, 30}));
  const Value rate = g.input("rate", f32({}));
  const Value m2 = m * 0.9 + dp * 0.1;
  const Value v2 = v * 0.999 + dp * dp * 0.001;
  g.output("p", p - rate * m2 / (sqrt(abs(v2)) + 1e-8));
  g.output("m", m2);
  g.output("v", v2);
  const Kernel kernel = expect_lowered(g, {.in_place = {{0, 0}, {1, 1}, {2, 2}}});
  EXPECT_EQ(print(kernel), R"(kernel kernel
  b0: input f32[600]
  b1: input f32[600]
  b2: input f32[600]
  b3: input f32[600]
  b4: input f32[1]
  b5: output f32[600] in place of b0
  b6: output f32[600] in place of b1
  b7: output f32[600] in place of b2
  s6 = add(mul(b1[v0], f32(0.8999999761581421)), mul(b3[v0], f32(0.10000000149011612)))
  s13 = add(mul(b2[v0], f32(0.9990000128746033)), mul(mul(b3[v0], b3[v0]), f32(0.0010000000474974513)))
  nest parallel by 576, no barrier
    for v0 in 600 vector(1)
      b6[v0] = s6
      b7[v0] = s13
      b5[v0] = sub(b0[v0], div(mul(b4[0], s6), add(sqrt(abs(s13)), f32(9.99999993922529e-09))))
)");
}

TEST(Lower, ALargeTransposeGoesInBlocks) {
  Graph g("transpose");
  g.output("y", transpose(g.input("x", f32({64, 32}))));
  const Kernel kernel = expect_lowered(g);
  EXPECT_EQ(print(kernel), R"(kernel kernel
  b0: input f32[2048]
  b1: output f32[2048]
  nest parallel by 4, no barrier
    for v0 in 4
      for v1 in 32
        for v2 in 16 vector(1)
          b1[v0*16 + v1*64 + v2] = b0[v0*512 + v1 + v2*32]
)");
}

TEST(Lower, RandomBitsAreThoseOfTheReference) {
  Graph g("random");
  const Value key = g.input("key", {DType::u64, {2}});
  const Value x = g.input("x", f32({5, 7}));
  g.output("uniform", random_uniform(key, {5, 7}, 3));
  g.output("narrow", random_uniform(key, {9}, 4, DType::bf16));
  g.output("kept", x * random_bernoulli(key, {5, 7}, 0.25, 5, DType::f32));
  g.output("all", random_bernoulli(key, {6}, 1.0, 5));
  expect_lowered(g, {}, {0, 0});
}

TEST(Lower, RunningSums) {
  Graph g("sums");
  const Value x = g.input("x", f32({4, 6, 20}));
  g.output("last", exp(cumsum(x, -1)));
  g.output("middle", cumsum(x * 2.0, 1, {.exclusive = true}));
  g.output("back", cumsum(x, 0, {.reverse = true}) - x);
  g.output("both", cumsum(reshape(x, {480}), 0, {.exclusive = true, .reverse = true}));
  g.output("total", reduce_sum(cumsum(x, 1), {1, 2}));
  expect_lowered(g, {}, {1e-5, 1e-4});
}

// Compiled by every printer there is, not interpreted.
Case compiled(const Graph& program, LowerOptions options = {}) {
  Case result{lower(group_of(program), options), random_inputs(program), {}, {1e-4, 1e-5}};
  result.expected = evaluate(program, result.inputs).outputs;
  return result;
}

TEST(Lower, PrintersMakeOfItWhatTheProgramMeans) {
  std::vector<Case> cases;
  for (const std::int64_t n : {3, 10, 40}) {
    Graph g("rows");
    const Value x = g.input("x", f32({n, 2 * n}));
    const Value w = g.input("w", f32({n, 2 * n}));
    const Value y = relu(matmul(softmax(x), w, {.transpose_b = true}));
    g.output("y", y);
    g.output("columns", reduce_sum(y * y, {0}));
    g.output("largest", arg_max(x, 0));
    g.output("framed", pad(slice(x, {{1, 0, SliceSpec::kEnd, 2}}), {{1, 2}, {0, 1}, "reflect"}));
    g.output("joined", concat({x, exp(w)}, 1));
    g.output("same", transpose(reshape(x, {2 * n, n})));
    g.output("sums", cumsum(x, 0) + cumsum(w, 1, {.reverse = true}));
    cases.push_back(compiled(g));
  }
  Graph g("images");
  const PoolOptions options{.kernel = {2, 2}};
  const Pooled pooled = max_pool(relu(g.input("x", f32({2, 3, 10, 26}))), options);
  g.output("values", pooled.values);
  g.output("dx", max_unpool(pooled.values, pooled.window, g.value(Ref{0}), options));
  g.output("mean", avg_pool(g.value(Ref{0}), {.kernel = {3, 3}, .strides = {1, 2}}));
  cases.push_back(compiled(g));
  expect_outputs(std::move(cases));
}

}  // namespace
}  // namespace tenon::codegen
