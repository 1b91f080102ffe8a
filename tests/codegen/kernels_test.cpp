// Kernels written by hand, held against plain loops in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "codegen/loop_builder.h"
#include "codegen/runner.h"

namespace tenon::codegen {
namespace {

TEST(Kernels, ElementwiseOfEverySize) {
  for (const std::int64_t n : {1, 3, 4, 15, 16, 17, 31, 64, 100, 257}) {
    KernelBuilder k("scale");
    const Buffer x = k.input(DType::f32, n), y = k.output(DType::f32, n);
    k.loop(n, LoopKind::vector, 2, [&](Var i) {
      const Scalar value = k.load(x, k.variable(i));
      k.store(y, k.variable(i),
              k.op(Op::add, DType::f32, {k.op(Op::mul, DType::f32, {value, value}), value}));
    });
    const Tensor in = random_tensor(DType::f32, n);
    const Tensor out =
        tensor_from(DType::f32, n, [&](auto i) { return in.number(i) * in.number(i) + in.number(i); });
    expect_outputs(k.finish(), {in}, {out});
  }
}

TEST(Kernels, SoftmaxOfRows) {
  const std::int64_t rows = 3, columns = 45;
  KernelBuilder k("softmax");
  const Buffer x = k.input(DType::f32, rows * columns), y = k.output(DType::f32, rows * columns);
  const Acc largest = k.accumulator(Combine::maximum, DType::f32),
            sum = k.accumulator(Combine::sum, DType::f32);
  k.loop(rows, [&](Var i) {
    const auto exponential = [&](Var j) {
      const Scalar value = k.load(x, k.affine({{i, columns}, {j, 1}}));
      return k.op(Op::exp, DType::f32, {k.op(Op::sub, DType::f32, {value, k.read(largest)})});
    };
    k.reset(largest);
    k.loop(columns, LoopKind::vector, 2,
           [&](Var j) { k.accumulate(largest, k.load(x, k.affine({{i, columns}, {j, 1}}))); });
    k.reset(sum);
    k.loop(columns, LoopKind::vector, 2, [&](Var j) { k.accumulate(sum, exponential(j)); });
    k.loop(columns, LoopKind::vector, 2, [&](Var j) {
      k.store(y, k.affine({{i, columns}, {j, 1}}), k.op(Op::div, DType::f32, {exponential(j), k.read(sum)}));
    });
  });
  const Tensor in = random_tensor(DType::f32, rows * columns);
  const Tensor out = tensor_from(DType::f32, rows * columns, [&](auto e) {
    double total = 0;
    for (std::int64_t j = 0; j < columns; ++j) total += std::exp(in.number(e / columns * columns + j));
    return std::exp(in.number(e)) / total;
  });
  expect_outputs(k.finish(), {in}, {out});
}

}  // namespace
}  // namespace tenon::codegen
