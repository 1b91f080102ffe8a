// Loads and stores at all kinds of positions: strides, quotients, conditions, data.
#include <gtest/gtest.h>

#include <algorithm>

#include "codegen/loop_builder.h"
#include "codegen/runner.h"

namespace tenon::codegen {
namespace {

constexpr DType f32 = DType::f32;

TEST(Positions, LoadsWithEveryStride) {
  std::vector<Case> cases;
  for (const DType type : {f32, DType::f64, DType::u8, DType::f16, DType::boolean})
    for (const std::int64_t stride : {0, 1, 2, 3, 4, 5, -1, -2, -7}) {
      const std::int64_t n = 45, elements = std::abs(stride) * (n - 1) + 1;
      const std::int64_t first = stride < 0 ? elements - 1 : 0;
      KernelBuilder k("strided");
      const Buffer x = k.input(type, elements), y = k.output(type, n);
      k.loop(n, LoopKind::vector, 2,
             [&](Var i) { k.store(y, k.variable(i), k.load(x, k.affine({{i, stride}}, first))); });
      const Tensor in = random_tensor(type, elements, 1, 0, 2);
      const Tensor out = tensor_from(type, n, [&](auto i) { return in.number(first + i * stride); });
      cases.push_back({k.finish(), {in}, {out}, kExact});
    }
  expect_outputs(std::move(cases));
}

TEST(Positions, StoresWithEveryStride) {
  std::vector<Case> cases;
  for (const DType type : {f32, DType::i64, DType::u16, DType::bf16})
    for (const std::int64_t stride : {1, 2, 3, -1}) {
      const std::int64_t n = 37, elements = std::abs(stride) * n;
      const std::int64_t first = stride < 0 ? elements - 1 : 0;
      KernelBuilder k("scattered");
      const Buffer x = k.input(type, n), y = k.output(type, elements);
      k.loop(elements, [&](Var i) { k.store(y, k.variable(i), k.cast(k.integer(DType::i32, 5), type)); });
      k.loop(n, LoopKind::vector, 2,
             [&](Var i) { k.store(y, k.affine({{i, stride}}, first), k.load(x, k.variable(i))); });
      const Tensor in = random_tensor(type, n, 1, 0, 100);
      const Tensor out = tensor_from(type, elements, [&](auto e) {
        return (e - first) % stride == 0 ? in.number((e - first) / stride) : 5;
      });
      cases.push_back({k.finish(), {in}, {out}, kExact});
    }
  expect_outputs(std::move(cases));
}

// A matrix read through one flat loop: the quotient and remainder of the lanes' own variable.
Case transpose(std::int64_t rows, std::int64_t columns, int unroll, std::int64_t grain) {
  const std::int64_t n = rows * columns;
  KernelBuilder k("transpose");
  const Buffer x = k.input(f32, n), y = k.output(f32, n);
  k.loop(n, LoopKind::vector, unroll, [&](Var i) {
    const Index row = k.divide(k.variable(i), columns), column = k.remainder(k.variable(i), columns);
    k.store(y, k.variable(i), k.load(x, k.add(row, k.multiply(column, rows))));
  });
  k.last_nest().grain = grain;
  const Tensor in = random_tensor(f32, n);
  const Tensor out = tensor_from(f32, n, [&](auto e) { return in.number(e / columns + e % columns * rows); });
  return {k.finish(), {in}, {out}, kExact};
}

TEST(Positions, QuotientsAndRemaindersOfLanes) {
  expect_outputs({transpose(7, 5, 1, 1), transpose(3, 64, 2, 32), transpose(3, 64, 2, 1),
                  transpose(5, 32, 1, 16), transpose(4, 48, 1, 16), transpose(6, 8, 2, 64),
                  transpose(2, 100, 1, 1), transpose(9, 16, 1, 16)});
}

// A row of a bias added to a flat matrix whose width is a multiple of the block, or is not.
TEST(Positions, RemaindersThatStayContiguous) {
  std::vector<Case> cases;
  for (const std::int64_t columns : {64, 16, 20, 3}) {
    const std::int64_t n = 6 * columns;
    KernelBuilder k("bias");
    const Buffer x = k.input(f32, n), bias = k.input(f32, columns), y = k.output(f32, n);
    k.loop(n, LoopKind::vector, 1, [&](Var i) {
      const Scalar b = k.load(bias, k.remainder(k.variable(i), columns));
      k.store(y, k.variable(i), k.op(Op::add, f32, {k.load(x, k.variable(i)), b}));
    });
    k.last_nest().grain = 16;
    const Tensor in = random_tensor(f32, n, 1), row = random_tensor(f32, columns, 2);
    const Tensor out = tensor_from(f32, n, [&](auto e) { return in.number(e) + row.number(e % columns); });
    cases.push_back({k.finish(), {in, row}, {out}});
  }
  expect_outputs(std::move(cases));
}

// Padding: where the position would be outside, nothing is read and the value is 0.
// Neighbours that share an element, from a start that need not be even, some of them not wanted at all.
TEST(Positions, ElementsThatNeighboursShare) {
  std::vector<Case> cases;
  for (const DType type : {f32, DType::u8})
    for (const std::int64_t n : {13, 26, 71})
      for (const std::int64_t share : {2, 4, 3}) {
        const std::int64_t first = n % 3, elements = (n - 1 + first) / share + 1;
        KernelBuilder k("stretched");
        const Buffer x = k.input(type, elements), y = k.output(type, n), z = k.output(type, n);
        k.loop(n, LoopKind::vector, 2, [&](Var i) {
          const Index at = k.divide(k.affine({{i, 1}}, first), share);
          const Scalar parity = k.position(k.remainder(k.variable(i), 2), DType::i32);
          const Scalar odd = k.op(Op::equal, DType::boolean, {parity, k.integer(DType::i32, 1)});
          k.store(y, k.variable(i), k.load(x, at));
          k.store(z, k.variable(i), k.load(x, at, odd));
        });
        const Tensor in = random_tensor(type, elements, 1, 0, 100);
        const auto shared = [&](std::int64_t i) { return in.number((i + first) / share); };
        cases.push_back({k.finish(),
                         {in},
                         {tensor_from(type, n, shared),
                          tensor_from(type, n, [&](auto i) { return i % 2 == 1 ? shared(i) : 0.0; })},
                         kExact});
      }
  expect_outputs(std::move(cases));
}

TEST(Positions, LoadsUnderACondition) {
  std::vector<Case> cases;
  for (const DType type : {f32, DType::i8, DType::f64}) {
    const std::int64_t n = 30, pad = 5, all = n + 2 * pad;
    KernelBuilder k("pad");
    const Buffer x = k.input(type, n), y = k.output(type, 2 * all);
    k.loop(2, LoopKind::lanes, 2, [&](Var twice) {
      k.loop(all, LoopKind::vector, 1, [&](Var i) {
        const Scalar at = k.position(k.affine({{i, 1}}, -pad));
        const Scalar inside = k.op(Op::logical_and, DType::boolean,
                                   {k.op(Op::greater_equal, DType::boolean, {at, k.integer(DType::i64, 0)}),
                                    k.op(Op::less, DType::boolean, {at, k.integer(DType::i64, n)})});
        k.store(y, k.affine({{twice, all}, {i, 1}}), k.load(x, k.affine({{i, 1}}, -pad), inside));
      });
    });
    const Tensor in = random_tensor(type, n, 1, -100, 100);
    const Tensor out = tensor_from(type, 2 * all, [&](auto e) {
      const std::int64_t at = e % all - pad;
      return at >= 0 && at < n ? in.number(at) : 0;
    });
    cases.push_back({k.finish(), {in}, {out}, kExact});
  }
  expect_outputs(std::move(cases));
}

// The condition is the same for all lanes, and the position is where nothing may be read.
TEST(Positions, AConditionOfAWholeRow) {
  const std::int64_t rows = 3, columns = 18;
  KernelBuilder k("rows");
  const Buffer x = k.input(f32, columns), y = k.output(f32, rows * columns);
  k.loop(rows, [&](Var i) {
    k.loop(columns, LoopKind::vector, 1, [&](Var j) {
      const Scalar first =
          k.op(Op::equal, DType::boolean, {k.position(k.variable(i)), k.integer(DType::i64, 0)});
      k.store(y, k.affine({{i, columns}, {j, 1}}), k.load(x, k.affine({{i, 1000000}, {j, 1}}), first));
    });
  });
  const Tensor in = random_tensor(f32, columns);
  const Tensor out = tensor_from(f32, rows * columns, [&](auto e) { return e < columns ? in.number(e) : 0; });
  expect_outputs({{k.finish(), {in}, {out}, kExact}});
}

TEST(Positions, StoresUnderACondition) {
  const std::int64_t n = 41;
  std::vector<Case> cases;
  for (const LoopKind kind : {LoopKind::vector, LoopKind::serial}) {
    KernelBuilder k("some");
    const Buffer x = k.input(f32, n), y = k.output(f32, n);
    k.loop(n, [&](Var i) { k.store(y, k.variable(i), k.number(f32, -1)); });
    k.loop(n, kind, 1, [&](Var i) {
      const Scalar value = k.load(x, k.variable(i));
      const Scalar positive = k.op(Op::greater, DType::boolean, {value, k.number(f32, 0)});
      k.store(y, k.variable(i), value, positive);
    });
    const Tensor in = random_tensor(f32, n);
    const Tensor out = tensor_from(f32, n, [&](auto i) { return in.number(i) > 0 ? in.number(i) : -1; });
    cases.push_back({k.finish(), {in}, {out}, kExact});
  }
  expect_outputs(std::move(cases));
}

// Rows of a table by numbers that are data, clamped into it.
TEST(Positions, RowsChosenByData) {
  std::vector<Case> cases;
  for (const DType type : {DType::i64, DType::i32, DType::u8}) {
    const std::int64_t rows = 9, columns = 20, n = 6;
    KernelBuilder k("embedding");
    const Buffer table = k.input(f32, rows * columns), which = k.input(type, n),
                 y = k.output(f32, n * columns);
    k.loop(n, [&](Var i) {
      const Index row = k.clamp(k.value_of(k.load(which, k.variable(i))), rows);
      k.loop(columns, LoopKind::vector, 1, [&](Var j) {
        const Index at = k.add(k.multiply(row, columns), k.variable(j));
        k.store(y, k.affine({{i, columns}, {j, 1}}), k.load(table, at));
      });
    });
    const Tensor numbers = random_tensor(f32, rows * columns);
    const Tensor chosen = tensor_from(type, n, [&](auto i) { return type == DType::u8 ? i * 2 : i * 3 - 4; });
    const Tensor out = tensor_from(f32, n * columns, [&](auto e) {
      const auto row =
          std::clamp<std::int64_t>(static_cast<std::int64_t>(chosen.number(e / columns)), 0, rows - 1);
      return numbers.number(row * columns + e % columns);
    });
    cases.push_back({k.finish(), {numbers, chosen}, {out}, kExact});
  }
  expect_outputs(std::move(cases));
}

// The last element again and again, where the lanes go on behind it; and the first, before it.
TEST(Positions, ClampsOfLanes) {
  std::vector<Case> cases;
  for (const std::int64_t shift : {0, -3}) {
    const std::int64_t n = 45, elements = 20;
    KernelBuilder k("edges");
    const Buffer x = k.input(f32, elements), y = k.output(f32, n);
    k.loop(n, LoopKind::vector, 2, [&](Var i) {
      k.store(y, k.variable(i), k.load(x, k.clamp(k.affine({{i, 1}}, shift), elements)));
    });
    const Tensor in = random_tensor(f32, elements);
    const Tensor out = tensor_from(
        f32, n, [&](auto i) { return in.number(std::clamp<std::int64_t>(i + shift, 0, elements - 1)); });
    cases.push_back({k.finish(), {in}, {out}, kExact});
  }
  expect_outputs(std::move(cases));
}

// A lane for each number: a gather.
TEST(Positions, LanesChosenByData) {
  std::vector<Case> cases;
  for (const DType type : {f32, DType::f64, DType::bf16, DType::boolean}) {
    const std::int64_t n = 39, elements = 50;
    KernelBuilder k("gather");
    const Buffer x = k.input(type, elements), which = k.input(DType::i32, n), y = k.output(type, n);
    k.loop(n, LoopKind::vector, 2, [&](Var i) {
      k.store(y, k.variable(i), k.load(x, k.clamp(k.value_of(k.load(which, k.variable(i))), elements)));
    });
    const Tensor in = random_tensor(type, elements, 1, 0, 2);
    const Tensor chosen = tensor_from(DType::i32, n, [](auto i) { return (i * 17) % 64 - 5; });
    const Tensor out = tensor_from(type, n, [&](auto i) {
      return in.number(
          std::clamp<std::int64_t>(static_cast<std::int64_t>(chosen.number(i)), 0, elements - 1));
    });
    cases.push_back({k.finish(), {in, chosen}, {out}, kExact});
  }
  expect_outputs(std::move(cases));
}

TEST(Positions, AreValuesOfEveryType) {
  std::vector<Case> cases;
  for (const DType type : kAllDTypes) {
    KernelBuilder k("iota");
    const std::int64_t rows = 3, columns = 21;
    const Buffer y = k.output(type, rows * columns);
    k.loop(rows, [&](Var i) {
      k.loop(columns, LoopKind::vector, 1, [&](Var j) {
        const Index at = k.affine({{i, columns}, {j, 1}});
        k.store(y, at, k.position(at, type));
      });
    });
    cases.push_back({k.finish(), {}, {tensor_from(type, rows * columns, [](auto i) { return i; })}, kExact});
  }
  expect_outputs(std::move(cases));
}

}  // namespace
}  // namespace tenon::codegen
