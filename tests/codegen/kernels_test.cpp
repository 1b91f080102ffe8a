// Whole kernels as fusion makes them, held against plain loops in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "codegen/loop_builder.h"
#include "codegen/runner.h"

namespace tenon::codegen {
namespace {

constexpr DType f32 = DType::f32;

Case scale(std::int64_t n, int unroll, std::int64_t grain) {
  KernelBuilder k("scale");
  const Buffer x = k.input(f32, n), y = k.output(f32, n);
  k.loop(n, LoopKind::vector, unroll, [&](Var i) {
    const Scalar value = k.load(x, k.variable(i));
    k.store(y, k.variable(i), k.op(Op::add, f32, {k.op(Op::mul, f32, {value, value}), value}));
  });
  k.last_nest().grain = grain;
  const Tensor in = random_tensor(f32, n);
  const Tensor out = tensor_from(f32, n, [&](auto i) { return in.number(i) * in.number(i) + in.number(i); });
  return {k.finish(), {in}, {out}};
}

TEST(Kernels, ElementwiseOfEverySizeAndGrain) {
  std::vector<Case> cases;
  for (const std::int64_t n : {1, 3, 4, 15, 16, 17, 31, 64, 100, 257})
    for (const auto& [unroll, grain] : {std::pair{1, 1}, {2, 1}, {2, 32}, {3, 48}, {2, 7}})
      cases.push_back(scale(n, unroll, grain));
  expect_outputs(std::move(cases));
}

Case softmax(std::int64_t rows, std::int64_t columns) {
  KernelBuilder k("softmax");
  const Buffer x = k.input(f32, rows * columns), y = k.output(f32, rows * columns);
  const Acc largest = k.accumulator(Combine::maximum, f32), sum = k.accumulator(Combine::sum, f32);
  k.loop(rows, [&](Var i) {
    const auto place = [&](Var j) { return k.affine({{i, columns}, {j, 1}}); };
    const auto exponential = [&](Var j) {
      return k.op(Op::exp, f32, {k.op(Op::sub, f32, {k.load(x, place(j)), k.read(largest)})});
    };
    k.reset(largest);
    k.loop(columns, LoopKind::vector, 2, [&](Var j) { k.accumulate(largest, k.load(x, place(j))); });
    k.reset(sum);
    k.loop(columns, LoopKind::vector, 2, [&](Var j) { k.accumulate(sum, exponential(j)); });
    k.loop(columns, LoopKind::vector, 2,
           [&](Var j) { k.store(y, place(j), k.op(Op::div, f32, {exponential(j), k.read(sum)})); });
  });
  const Tensor in = random_tensor(f32, rows * columns);
  const Tensor out = tensor_from(f32, rows * columns, [&](auto e) {
    double total = 0;
    for (std::int64_t j = 0; j < columns; ++j) total += std::exp(in.number(e / columns * columns + j));
    return std::exp(in.number(e)) / total;
  });
  return {k.finish(), {in}, {out}};
}

TEST(Kernels, SoftmaxOfRows) { expect_outputs({softmax(3, 45), softmax(2, 5), softmax(4, 64)}); }

struct Tile {
  std::int64_t m, inner, n;
  int rows, columns, steps;
};

// relu(A·B + bias), a register tile at a time.
Case matmul(const Tile& t) {
  KernelBuilder k("matmul");
  const Buffer a = k.input(f32, t.m * t.inner), b = k.input(f32, t.inner * t.n), bias = k.input(f32, t.n);
  const Buffer c = k.output(f32, t.m * t.n);
  const Acc sum = k.accumulator(Combine::sum, f32);
  k.loop(t.m, LoopKind::lanes, t.rows, [&](Var i) {
    k.loop(t.n, LoopKind::vector, t.columns, [&](Var j) {
      k.reset(sum);
      k.loop(t.inner, LoopKind::serial, t.steps, [&](Var l) {
        const Scalar x = k.load(a, k.affine({{i, t.inner}, {l, 1}}));
        k.accumulate(sum, k.op(Op::mul, f32, {x, k.load(b, k.affine({{l, t.n}, {j, 1}}))}));
      });
      const Scalar biased = k.op(Op::add, f32, {k.read(sum), k.load(bias, k.variable(j))});
      k.store(c, k.affine({{i, t.n}, {j, 1}}), k.op(Op::maximum, f32, {biased, k.number(f32, 0)}));
    });
  });
  k.last_nest().grain = t.rows;
  const Tensor x = random_tensor(f32, t.m * t.inner, 1), y = random_tensor(f32, t.inner * t.n, 2);
  const Tensor z = random_tensor(f32, t.n, 3);
  const Tensor out = tensor_from(f32, t.m * t.n, [&](auto e) {
    double total = z.number(e % t.n);
    for (std::int64_t l = 0; l < t.inner; ++l)
      total += x.number(e / t.n * t.inner + l) * y.number(l * t.n + e % t.n);
    return std::max(total, 0.0);
  });
  return {k.finish(), {x, y, z}, {out}, {1e-5, 1e-5}};
}

TEST(Kernels, MatmulInRegisterTiles) {
  expect_outputs({matmul({8, 12, 32, 4, 2, 1}), matmul({7, 13, 37, 4, 2, 4}), matmul({1, 5, 3, 4, 2, 8}),
                  matmul({9, 1, 16, 8, 1, 2}), matmul({3, 20, 50, 2, 4, 3})});
}

// Every second column a lane of its own: rows in lanes, too, whose parts are combined.
TEST(Kernels, ProductWithALaneForEachStepOfTheSum) {
  const std::int64_t inner = 29, n = 21;
  KernelBuilder k("gemv");
  const Buffer x = k.input(f32, inner), w = k.input(f32, inner * n), y = k.output(f32, n);
  const Acc sum = k.accumulator(Combine::sum, f32);
  k.loop(n, LoopKind::vector, 1, [&](Var j) {
    k.reset(sum);
    k.loop(inner, LoopKind::lanes, 4, [&](Var l) {
      const Scalar weight = k.load(w, k.affine({{l, n}, {j, 1}}));
      k.accumulate(sum, k.op(Op::mul, f32, {k.load(x, k.variable(l)), weight}));
    });
    k.store(y, k.variable(j), k.read(sum));
  });
  const Tensor in = random_tensor(f32, inner, 1), weights = random_tensor(f32, inner * n, 2);
  const Tensor out = tensor_from(f32, n, [&](auto j) {
    double total = 0;
    for (std::int64_t l = 0; l < inner; ++l) total += in.number(l) * weights.number(l * n + j);
    return total;
  });
  expect_outputs({{k.finish(), {in, weights}, {out}, {1e-5, 1e-5}}});
}

TEST(Kernels, AdamInPlace) {
  const std::int64_t n = 83;
  KernelBuilder k("adam");
  const Buffer gradient = k.input(f32, n), rate = k.input(f32, 1);
  const Buffer p = k.input(f32, n), m = k.input(f32, n), v = k.input(f32, n);
  const Buffer new_p = k.output(f32, n, p), new_m = k.output(f32, n, m), new_v = k.output(f32, n, v);
  k.loop(n, LoopKind::vector, 2, [&](Var i) {
    const auto number = [&](double x) { return k.number(f32, x); };
    const auto mul = [&](Scalar a, Scalar b) { return k.op(Op::mul, f32, {a, b}); };
    const auto add = [&](Scalar a, Scalar b) { return k.op(Op::add, f32, {a, b}); };
    const Index at = k.variable(i);
    const Scalar g = k.load(gradient, at);
    const Scalar mean = add(mul(k.load(m, at), number(0.9)), mul(g, number(0.1)));
    const Scalar square = add(mul(k.load(v, at), number(0.99)), mul(mul(g, g), number(0.01)));
    const Scalar root = add(k.op(Op::sqrt, f32, {square}), number(1e-4));
    const Scalar step = k.op(Op::div, f32, {mul(mean, k.load(rate, k.constant(0))), root});
    k.store(new_m, at, mean);
    k.store(new_v, at, square);
    k.store(new_p, at, k.op(Op::sub, f32, {k.load(p, at), step}));
  });
  const Tensor g0 = random_tensor(f32, n, 1), p0 = random_tensor(f32, n, 2), m0 = random_tensor(f32, n, 3);
  const Tensor v0 = random_tensor(f32, n, 4, 0, 1), rate0 = Tensor::full(f32, {1}, 0.01);
  const auto mean = [&](auto i) { return 0.9 * m0.number(i) + 0.1 * g0.number(i); };
  const auto square = [&](auto i) { return 0.99 * v0.number(i) + 0.01 * g0.number(i) * g0.number(i); };
  const auto parameter = [&](auto i) {
    return p0.number(i) - 0.01 * mean(i) / (std::sqrt(square(i)) + 1e-4);
  };
  expect_outputs(
      {{k.finish(),
        {g0, rate0, p0, m0, v0},
        {tensor_from(f32, n, parameter), tensor_from(f32, n, mean), tensor_from(f32, n, square)}}});
}

// Two nests with a scratch buffer between them: columns' means are taken off.
TEST(Kernels, NestsOneAfterAnother) {
  const std::int64_t rows = 6, columns = 19;
  KernelBuilder k("center");
  const Buffer x = k.input(f32, rows * columns), y = k.output(f32, rows * columns);
  const Buffer means = k.scratch(f32, columns);
  const Acc sum = k.accumulator(Combine::sum, f32);
  k.loop(columns, LoopKind::vector, 1, [&](Var j) {
    k.reset(sum);
    k.loop(rows, [&](Var i) { k.accumulate(sum, k.load(x, k.affine({{i, columns}, {j, 1}}))); });
    k.store(means, k.variable(j), k.op(Op::mul, f32, {k.read(sum), k.number(f32, 1.0 / rows)}));
  });
  k.loop(rows, [&](Var i) {
    k.loop(columns, LoopKind::vector, 1, [&](Var j) {
      const Index at = k.affine({{i, columns}, {j, 1}});
      k.store(y, at, k.op(Op::sub, f32, {k.load(x, at), k.load(means, k.variable(j))}));
    });
  });
  const Tensor in = random_tensor(f32, rows * columns);
  const Tensor out = tensor_from(f32, rows * columns, [&](auto e) {
    double total = 0;
    for (std::int64_t i = 0; i < rows; ++i) total += in.number(i * columns + e % columns);
    return in.number(e) - total / rows;
  });
  expect_outputs({{k.finish(), {in}, {out}}});
}

// What one store writes the next load reads: a running sum over rows through the output itself.
TEST(Kernels, LoadsSeeEarlierStores) {
  const std::int64_t rows = 5, columns = 18;
  KernelBuilder k("running");
  const Buffer x = k.input(f32, rows * columns), y = k.output(f32, rows * columns);
  k.loop(columns, LoopKind::vector, 1, [&](Var j) {
    k.store(y, k.variable(j), k.load(x, k.variable(j)));
    k.loop(rows - 1, [&](Var i) {
      const Index next = k.affine({{i, columns}, {j, 1}}, columns);
      const Scalar before = k.load(y, k.affine({{i, columns}, {j, 1}}));
      k.store(y, next, k.op(Op::add, f32, {before, k.load(x, next)}));
    });
  });
  const Tensor in = random_tensor(f32, rows * columns);
  const Tensor out = tensor_from(f32, rows * columns, [&](auto e) {
    double total = 0;
    for (std::int64_t i = e % columns; i <= e; i += columns) total += in.number(i);
    return total;
  });
  expect_outputs({{k.finish(), {in}, {out}}});
}

}  // namespace
}  // namespace tenon::codegen
